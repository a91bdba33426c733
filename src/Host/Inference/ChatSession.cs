// A conversation on a terminal: lines in, streamed answers out, a few commands.
using FastTune.Config;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Inference;

/// <summary>Reads "User: " lines until /exit or the end of input; Ctrl-C stops the answer only.</summary>
public sealed class ChatSession(InferenceModel model, Recipe recipe, ITerminal terminal) : IDisposable
{
    private readonly Generator _generator = new(model.Decoder);
    private readonly Sampler _sampler = new(recipe.Generation);
    private readonly List<Message> _history = [];
    private string? _system = recipe.Data.DefaultSystem;

    public void Run()
    {
        terminal.Out.WriteLine("/clear forgets the conversation, /system TEXT sets the system message, /exit leaves.");
        while (true)
        {
            terminal.Out.Write("User: ");
            terminal.Out.Flush();
            if (terminal.In.ReadLine() is not { } line) break;
            if (line.Trim() is "/exit" or "exit") break;
            if (!Command(line.Trim())) Answer(line);
        }
    }

    private bool Command(string line)
    {
        if (line.Length == 0) return true;
        if (line is "/clear" or "clear") _history.Clear();
        else if (line == "/system" || line.StartsWith("/system ", StringComparison.Ordinal)) SetSystem(line["/system".Length..].Trim());
        else if (line.StartsWith('/'))
        {
            terminal.Out.WriteLine($"no command {Printable.Line(line)}: /clear, /system TEXT, /exit");
            return true;
        }
        else return false;
        terminal.Out.WriteLine("done");
        return true;
    }

    /// <summary>Without a text the recipe's (or the template's) own system message comes back.</summary>
    private void SetSystem(string text) => _system = text.Length > 0 ? text : recipe.Data.DefaultSystem;

    private void Answer(string question)
    {
        _history.Add(new Message(Role.User, question));
        try
        {
            _history.Add(new Message(Role.Assistant, Stream(Prompt())));
        }
        catch (UserError error)
        {
            _history.RemoveAt(_history.Count - 1);
            terminal.Out.WriteLine(error.Message);
        }
    }

    /// <summary>The conversation up to an answer that is still empty.</summary>
    private int[] Prompt() => model.Template.EncodeOneturn(
        [.. _history, new Message(Role.Assistant, "")],
        new RenderOptions(_system, EnableThinking: recipe.Data.EnableThinking, PreserveThinking: recipe.Data.PreserveThinking)).Prompt;

    private string Stream(int[] prompt)
    {
        var text = new System.Text.StringBuilder();
        var stream = new TokenStream(model.Template.Tokenizer, recipe.Generation.SkipSpecialTokens);
        terminal.Out.Write("Assistant: ");
        int limit = recipe.Generation.MaxNewTokens > 0 ? recipe.Generation.MaxNewTokens : recipe.Generation.MaxLength - prompt.Length;
        foreach (int id in _generator.Generate(prompt, _sampler, model.Template.StopIds, limit, terminal.NextInterrupt()))
            Show(text, stream.Next(id));
        Show(text, stream.Finish());
        terminal.Out.WriteLine();
        return text.ToString();
    }

    private void Show(System.Text.StringBuilder text, string? piece)
    {
        if (piece is null) return;
        text.Append(piece);
        terminal.Out.Write(Printable.Text(piece));
        terminal.Out.Flush();
    }

    public void Dispose() => _generator.Dispose();
}
