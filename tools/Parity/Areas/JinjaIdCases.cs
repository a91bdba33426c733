// Cases of chat_ids.jsonl: chats as token ids, which of them are the assistant's, and ids with the user's control tokens made plain.
using System.Text.Json;

namespace FastTune.Parity;

internal static class JinjaIdCases
{
    public static Verdict Check(JsonElement line, JinjaChats chats, string folder, DateTime now)
    {
        var tokenizer = TransformersTokenizers.Load(folder, line.Text("tokenizer")!);
        var chat = chats.Encode(line, tokenizer, sanitize: false, now);
        var sanitized = chats.Encode(line, tokenizer, sanitize: true, now);
        string? difference = TokenizerCases.Ids("ids", line, chat.Ids)
            ?? (line.Find("assistant_masks") is null ? null : TokenizerCases.Ids("assistant_masks", line, chat.AssistantMask))
            ?? TokenizerCases.Ids(line.Find("ids_sanitized") is null ? "ids" : "ids_sanitized", line, sanitized.Ids);
        return difference is null ? Verdict.Pass(0, $"{chat.Ids.Length} tokens") : Verdict.Fail(difference);
    }
}
