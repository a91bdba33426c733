// fasttune chat: talk to a model, with or without an adapter.
using FastTune.Config;

namespace FastTune.Cli;

internal static class ChatVerb
{
    public static readonly Verb Verb = new("chat", RecipeVerb.Usage, "talk to a model, with or without an adapter",
        """
        Needs model_name_or_path; adapter_name_or_path, template, temperature, top_p, top_k,
        max_new_tokens, repetition_penalty, do_sample and seed change the answers. /clear forgets the
        conversation, /exit leaves, Ctrl-C stops an answer.
        Example: fasttune chat examples/quickstart_chat.yaml temperature=0.3
        """, Run);

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal) =>
        RecipeVerb.Run(Purpose.Infer, arguments, terminal, Doors.Chat);
}
