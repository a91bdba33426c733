// YAML text to nodes: YamlDotNet reads the syntax, the values are resolved here, and size, depth and aliases are bounded.
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FastTune.Config;

internal sealed class YamlText
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 100_000;

    private readonly Parser parser;
    private readonly string place;
    private readonly bool onCommandLine;
    private readonly Dictionary<AnchorName, (ConfigNode Node, int Size)> anchors = [];
    private int nodes;

    private YamlText(string text, string place, bool onCommandLine)
    {
        parser = new Parser(new StringReader(text));
        (this.place, this.onCommandLine) = (place, onCommandLine);
    }

    /// <summary>The one document of <paramref name="text"/>; null when it is empty. <paramref name="place"/> names it in errors.</summary>
    public static ConfigNode? Parse(string text, string place, bool onCommandLine = false)
    {
        try
        {
            return new YamlText(text, place, onCommandLine).Document();
        }
        catch (YamlException error)
        {
            string message = error.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new UserError($"{place} line {error.Start.Line}: not valid YAML: {message}; check indentation (blanks, no tabs), quotes and brackets", inner: error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // The library's scanner trips over some damaged texts instead of refusing them.
            throw new UserError($"{place}: not valid YAML; check indentation (blanks, no tabs), quotes and brackets", inner: error);
        }
    }

    private ConfigNode? Document()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return null;
        parser.Consume<DocumentStart>();
        var node = Node(0);
        parser.Consume<DocumentEnd>();
        if (!parser.Accept<StreamEnd>(out _)) throw At(parser.Current!, "a second document begins here; a recipe is one document");
        return node;
    }

    private ConfigNode Node(int depth)
    {
        var start = parser.Current!;
        if (depth > MaxDepth) throw At(start, $"nested deeper than {MaxDepth} levels");
        if (++nodes > MaxNodes) throw At(start, $"more than {MaxNodes} values, aliases counted in full");
        if (parser.TryConsume<AnchorAlias>(out var alias)) return Aliased(alias);
        int before = nodes;
        ConfigNode node = start switch
        {
            Scalar => Leaf(parser.Consume<Scalar>()),
            SequenceStart => List(depth),
            MappingStart => Map(depth),
            _ => throw At(start, "a value is expected here"),
        };
        if (start is NodeEvent { Anchor.IsEmpty: false } named) anchors[named.Anchor] = (node, nodes - before + 1);
        return node;
    }

    private ConfigNode Aliased(AnchorAlias alias)
    {
        if (!anchors.TryGetValue(alias.Value, out var known)) throw At(alias, $"alias *{alias.Value} names no anchor above it");
        nodes += known.Size - 1;
        return known.Node;
    }

    private ScalarNode Leaf(Scalar scalar)
    {
        bool plain = scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty;
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific && scalar.Tag.Value != "tag:yaml.org,2002:str")
            throw At(scalar, $"tag {scalar.Tag} is not supported; write the value without it");
        return new ScalarNode(plain ? YamlScalar.Resolve(scalar.Value) : scalar.Value, scalar.Value, Line(scalar));
    }

    private ListNode List(int depth)
    {
        int line = Line(parser.Consume<SequenceStart>());
        var items = new List<ConfigNode>();
        while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(depth + 1));
        return new ListNode(items, line);
    }

    private MapNode Map(int depth)
    {
        int line = Line(parser.Consume<MappingStart>());
        var items = new Dictionary<string, ConfigNode>();
        var merged = new List<MapNode>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key)) throw At(parser.Current!, "a key must be text");
            var value = Node(depth + 1);
            if (key is { Value: "<<", Style: ScalarStyle.Plain }) merged.AddRange(Merged(key, value));
            else if (!items.TryAdd(key.Value, value)) throw At(key, $"key {key.Value} is given twice; keep one");
        }
        foreach (var (name, value) in merged.SelectMany(map => map.Items)) items.TryAdd(name, value);
        return new MapNode(items, line);
    }

    private IEnumerable<MapNode> Merged(Scalar key, ConfigNode value) => value switch
    {
        MapNode map => [map],
        ListNode list when list.Items.All(item => item is MapNode) => list.Items.Cast<MapNode>(),
        _ => throw At(key, "<< takes a map or a list of maps"),
    };

    private int Line(ParsingEvent at) => onCommandLine ? 0 : (int)at.Start.Line;

    private UserError At(ParsingEvent at, string what) => new($"{place} line {at.Start.Line}: {what}");
}
