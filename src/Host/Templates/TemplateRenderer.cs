// Renders whole conversations to parts, with the thoughts that a reasoning template adds or takes away.
namespace FastTune.Templates;

/// <summary>The parts of one turn.</summary>
public sealed record RenderedPair(List<Part> Prompt, List<Part> Answer);

/// <summary>A template without a tokenizer: parts instead of ids.</summary>
/// <param name="clock">Tells the day that some tool formats print.</param>
public sealed class TemplateRenderer(TemplateDefinition definition, TimeProvider clock)
{
    /// <summary>The parts of every turn, for training on several turns.</summary>
    public IReadOnlyList<RenderedPair> RenderMultiturn(IReadOnlyList<Message> messages, RenderOptions options)
    {
        Check(messages);
        if (definition.Thinks)
            messages = Thoughts.Without(messages, definition.ThoughtWords, i =>
                options.EnableThinking == false || (options.DiscardHistoryThoughts && i < messages.Count - 2));
        var parts = Conversation.Render(definition, messages, options.System, options.Tools, Today());
        var pairs = new RenderedPair[messages.Count / 2];
        for (int i = 0; i < pairs.Length; i++)
        {
            bool completed = !options.DiscardHistoryThoughts || i == pairs.Length - 1;
            pairs[i] = new RenderedPair(parts[2 * i], parts[(2 * i) + 1]);
            if (completed) AddEmptyThought(pairs[i], messages[(2 * i) + 1], options);
        }
        return pairs;
    }

    /// <summary>The parts of everything before the last answer, and of that answer.</summary>
    public RenderedPair RenderOneturn(IReadOnlyList<Message> messages, RenderOptions options)
    {
        Check(messages);
        int last = messages.Count - 1;
        if (definition.Thinks)
            messages = Thoughts.Without(messages, definition.ThoughtWords, i =>
                i == last ? options.EnableThinking == false : !options.PreserveThinking);
        var parts = Conversation.Render(definition, messages, options.System, options.Tools, Today());
        var pair = new RenderedPair([.. parts[..last].SelectMany(part => part)], parts[last]);
        AddEmptyThought(pair, messages[last], options);
        return pair;
    }

    // Trained on when thinking is asked for; else the prompt holds it.
    private void AddEmptyThought(RenderedPair pair, Message answer, RenderOptions options)
    {
        if (!definition.Thinks || Thoughts.In(answer.Content, definition.ThoughtWords)) return;
        var thought = Part.Of(definition.EmptyThought);
        if (options.EnableThinking == true) pair.Answer.Insert(0, thought);
        else pair.Prompt.Add(thought);
    }

    private DateOnly Today() => DateOnly.FromDateTime(clock.GetLocalNow().DateTime);

    private void Check(IReadOnlyList<Message> messages)
    {
        if (messages.Count == 0 || messages.Count % 2 != 0)
            throw new UserError($"template {definition.Name}: a conversation has {messages.Count} messages; it needs pairs of a question and an answer");
        for (int i = 0; i < messages.Count; i++)
        {
            bool isAnswer = messages[i].Role is Role.Assistant or Role.Function;
            if (isAnswer != (i % 2 == 1))
                throw new UserError($"template {definition.Name}: message {i + 1} has the role {messages[i].Role}; user or observation and assistant or function must alternate");
        }
    }
}
