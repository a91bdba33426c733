// What a refusal of the Hugging Face hub means for the user: the status and the X-Error headers as one line with a remedy.
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace FastTune.Hub;

internal static partial class HuggingFaceErrors
{
    private const int LongestMessage = 300;
    private const string Disabled = "Access to this resource is disabled.", BadToken = "Invalid credentials in Authorization header";

    /// <summary>Returns for an answer that is a success; else throws what it means. The revision that is missing is the caller's to name.</summary>
    /// <exception cref="HubFault">A fault that may pass.</exception>
    /// <exception cref="RevisionMissing">The repository is there, the revision is not.</exception>
    public static void Check(HttpResponseMessage answer, RepoId id, HubSettings settings)
    {
        if (answer.IsSuccessStatusCode) return;
        string host = answer.RequestMessage!.RequestUri!.Host;
        int status = (int)answer.StatusCode;
        string code = Header(answer, "X-Error-Code") ?? "", said = Said(answer);
        if (status is 429) throw new HubFault($"{host} asks to wait (too many requests){said}", Wait(answer));
        if (status is 408 or 500 or 502 or 503 or 504) throw new HubFault($"{host} failed with status {status}{said}", Wait(answer));
        string token = settings.HuggingFaceToken is { } sent ? $"the {sent} was sent" : "no token was sent: set HF_TOKEN";
        if (code == "RevisionNotFound") throw new RevisionMissing();
        if (Header(answer, "X-Error-Message") == Disabled) throw new UserError($"{id} was taken down on {host}{said}; choose another one");
        if (code == "GatedRepo") throw new UserError($"{id} is gated: accept its licence at {Page(id, settings)} with your account ({token}){said}");
        if (status == 401 && said.Contains(BadToken, StringComparison.Ordinal))
            throw new UserError($"{host} does not accept the {settings.HuggingFaceToken?.ToString() ?? "token"}{said}; make a new one on the hub's settings page");
        if (code == "RepoNotFound" || status == 401 || status == 404 && code.Length == 0)
            throw new UserError($"{id} is not on {host}, or it is private: check the name ({token}){said}");
        if (code == "EntryNotFound") throw new UserError($"{id}: the hub lists a file that it does not have ({HubHttp.Shown(answer.RequestMessage.RequestUri)}){said}; try again later");
        if (status == 403) throw new UserError($"{host} forbids access to {id} ({token}){said}; ask its owner for access");
        throw new UserError($"{host} answered {status} for {id}{said}; check the name and the endpoint");
    }

    /// <summary>The server's own words in brackets, control characters escaped, or nothing.</summary>
    public static string Said(HttpResponseMessage answer)
    {
        string? text = Header(answer, "X-Error-Message");
        return string.IsNullOrWhiteSpace(text) ? "" : $" (\"{Printable.Line(text.Length > LongestMessage ? text[..LongestMessage] + "…" : text)}\")";
    }

    public static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? values.First() : null;

    /// <summary>Retry-After in seconds or as a date, or <c>RateLimit: "api";r=0;t=55</c>.</summary>
    public static TimeSpan? Wait(HttpResponseMessage answer)
    {
        if (answer.Headers.RetryAfter is { } after)
            return after.Delta ?? (after.Date is { } date && date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : null);
        return Header(answer, "RateLimit") is { } text && Reset().Match(text) is { Success: true } match
            ? TimeSpan.FromSeconds(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    private static string Page(RepoId id, HubSettings settings) => $"{settings.HuggingFace}{(id.Kind == RepoKind.Dataset ? "datasets/" : "")}{id.Name}";

    [GeneratedRegex(@";\s*t=(\d{1,6})\b")]
    private static partial Regex Reset();
}

/// <summary>The hub has the repository and not this revision of it.</summary>
internal sealed class RevisionMissing() : Exception("revision not found");
