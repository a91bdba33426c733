// What the environment says about hubs: addresses, caches, tokens, offline mode, limits (the variables of huggingface_hub 2.4.0 and modelscope_hub 0.5.1).
using System.Globalization;

namespace FastTune.Hub;

/// <summary>Settings of one command. Tests make their own; a command reads them from its environment once.</summary>
internal sealed record HubSettings
{
    public required Uri HuggingFace { get; init; }
    public required Uri ModelScope { get; init; }

    /// <summary>Folder that holds <c>models--org--name</c>.</summary>
    public required string HuggingFaceCache { get; init; }

    /// <summary>Folder that holds <c>models/owner--name</c>.</summary>
    public required string ModelScopeCache { get; init; }

    public HubToken? HuggingFaceToken { get; init; }
    public HubToken? ModelScopeToken { get; init; }

    /// <summary>No request at all: the cache, or an error.</summary>
    public bool Offline { get; init; }

    /// <summary>False: files are moved into snapshots instead of linked (HF_HUB_DISABLE_SYMLINKS).</summary>
    public bool Links { get; init; } = true;

    public bool ProgressBars { get; init; } = true;

    /// <summary>USE_MODELSCOPE_HUB: names mean ModelScope's.</summary>
    public bool UseModelScope { get; init; }

    /// <summary>USE_OPENMIND_HUB, LLaMA-Factory's third hub.</summary>
    public bool UseOpenMind { get; init; }

    /// <summary>How long the head of an answer may take.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a transfer may stand still.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int Retries { get; init; } = 5;
    public int FilesAtOnce { get; init; } = 8;

    /// <summary>Files above this size come in parallel ranges.</summary>
    public long RangedAbove { get; init; } = 256L << 20;

    public long RangeBytes { get; init; } = 64L << 20;
    public int RangesAtOnce { get; init; } = 4;

    /// <summary>How waits before a retry pass; tests do not wait.</summary>
    public Func<TimeSpan, CancellationToken, Task> Wait { get; init; } = Task.Delay;

    /// <summary>Free bytes on the disk of a folder that exists.</summary>
    public Func<string, long> FreeSpace { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    public static HubSettings FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <param name="variable">The value of an environment variable, or null.</param>
    public static HubSettings From(Func<string, string?> variable)
    {
        string? Text(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
                if (variable(name)?.Trim() is { Length: > 0 } value) return value;
            return null;
        }
        bool On(params ReadOnlySpan<string> names) => Text(names)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE" or "Y";
        string cache = Text("XDG_CACHE_HOME") ?? Path.Combine(Home, ".cache");
        string home = Whole(Text("HF_HOME") ?? Path.Combine(cache, "huggingface"));
        bool implicitToken = !On("HF_HUB_DISABLE_IMPLICIT_TOKEN");
        return new HubSettings
        {
            HuggingFace = Endpoint("HF_ENDPOINT", Text("HF_ENDPOINT") ?? "https://huggingface.co"),
            ModelScope = Text("MODELSCOPE_ENDPOINT") is { } address ? Endpoint("MODELSCOPE_ENDPOINT", address)
                : Endpoint("MODELSCOPE_DOMAIN", "https://" + (Text("MODELSCOPE_DOMAIN") ?? "modelscope.cn")),
            HuggingFaceCache = Whole(Text("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE") ?? Path.Combine(home, "hub")),
            ModelScopeCache = Whole(Text("MODELSCOPE_CACHE") ?? Path.Combine(Home, ".cache", "modelscope")),
            HuggingFaceToken = implicitToken ? HubToken.HuggingFace(variable, Whole(Text("HF_TOKEN_PATH") ?? Path.Combine(home, "token"))) : null,
            ModelScopeToken = HubToken.Of(variable("MODELSCOPE_API_TOKEN"), "MODELSCOPE_API_TOKEN"),
            Offline = On("HF_HUB_OFFLINE") || On("TRANSFORMERS_OFFLINE") || On("HF_DATASETS_OFFLINE"),
            Links = !On("HF_HUB_DISABLE_SYMLINKS"),
            ProgressBars = !On("HF_HUB_DISABLE_PROGRESS_BARS"),
            UseModelScope = On("USE_MODELSCOPE_HUB"),
            UseOpenMind = On("USE_OPENMIND_HUB"),
            AnswerTimeout = Seconds("HF_HUB_ETAG_TIMEOUT", Text("HF_HUB_ETAG_TIMEOUT")),
            ReadTimeout = Seconds("HF_HUB_DOWNLOAD_TIMEOUT", Text("HF_HUB_DOWNLOAD_TIMEOUT")),
        };
    }

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string Whole(string path) => Path.GetFullPath(path == "~" ? Home : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home, path[2..]) : path);

    private static Uri Endpoint(string variable, string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Query.Length == 0
            ? uri : throw new UserError($"{variable}: not an address such as https://huggingface.co (http or https, no user name, no query); correct the variable");

    private static TimeSpan Seconds(string variable, string? text)
    {
        if (text is null) return TimeSpan.FromSeconds(10);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 86400
            ? TimeSpan.FromSeconds(seconds) : throw new UserError($"{variable}: '{text}' is not a number of seconds above 0; correct the variable");
    }
}
