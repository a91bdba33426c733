// The inputs of the template goldens: conversations by id, and the day on which they were rendered.
using System.Globalization;
using System.Text.Json;
using FastTune.Templates;

namespace FastTune.Parity;

internal sealed class GoldenConversations
{
    private readonly Dictionary<string, JsonElement> _byId;

    public GoldenConversations(JsonElement golden)
    {
        _byId = golden.GetProperty("conversations").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!);
        Clock = new FixedClock(golden.Text("date")!);
    }

    public TimeProvider Clock { get; }

    /// <summary>The messages of a conversation, with a template's words put in.</summary>
    public IReadOnlyList<Message> Messages(string id, TemplateDefinition template) =>
        [.. _byId[id].GetProperty("messages").EnumerateArray().Select(message => new Message(
            Enum.Parse<Role>(message.Text("role")!, ignoreCase: true), WithWords(message.Text("content")!, template)))];

    /// <summary>The conversation as a chat template reads it.</summary>
    public List<object> ChatMessages(string id)
    {
        var messages = _byId[id].GetProperty("messages").EnumerateArray()
            .Select(object (message) => ModelChat.Message(message.Text("role")!, message.Text("content")!)).ToList();
        if (System(id) is { } system) messages.Insert(0, ModelChat.Message("system", system));
        return messages;
    }

    public string? System(string id) => _byId[id].Text("system");

    public string? Tools(string id) => _byId[id].Text("tools");

    private static string WithWords(string content, TemplateDefinition template) => content
        .Replace("@@OPEN@@", template.ThoughtWords.Open, StringComparison.Ordinal)
        .Replace("@@CLOSE@@", template.ThoughtWords.Close, StringComparison.Ordinal)
        .Replace("@@CALL_OPEN@@", template.CallWords.Open, StringComparison.Ordinal)
        .Replace("@@CALL_CLOSE@@", template.CallWords.Close, StringComparison.Ordinal);
}

/// <summary>A clock that stands at noon of one day.</summary>
/// <param name="day">As the goldens write it: 05 Mar 2026.</param>
internal sealed class FixedClock(string day) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() =>
        new(DateOnly.ParseExact(day, "dd MMM yyyy", CultureInfo.InvariantCulture).ToDateTime(new TimeOnly(12, 0)), TimeSpan.Zero);
}
