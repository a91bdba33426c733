// `loop` inside a for block: the place of the current item, and its neighbours.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <param name="items">Items in order; read only as far as they are needed.</param>
/// <param name="depth0">How many recursive loops stand around.</param>
/// <param name="again">Renders the loop's body for other items; null when the loop is not recursive.</param>
internal sealed class LoopContext(IEnumerable<object> items, int depth0, Func<object, object>? again) : ICallable, IPyValue
{
    private readonly IEnumerator<object> _source = items.GetEnumerator();
    private readonly List<object> _read = [];
    private IReadOnlyList<object>? _changed;
    private int _place = -1;

    private static readonly Dictionary<string, Func<LoopContext, object>> Attributes = new()
    {
        ["index"] = loop => new BigInteger(loop._place + 1),
        ["index0"] = loop => new BigInteger(loop._place),
        ["revindex"] = loop => new BigInteger(loop.Length - loop._place),
        ["revindex0"] = loop => new BigInteger(loop.Length - loop._place - 1),
        ["first"] = loop => loop._place == 0,
        ["last"] = loop => !loop.Has(loop._place + 1),
        ["length"] = loop => new BigInteger(loop.Length),
        ["depth"] = loop => new BigInteger(loop.Depth0 + 1),
        ["depth0"] = loop => new BigInteger(loop.Depth0),
        ["previtem"] = loop => loop._place > 0 ? loop._read[loop._place - 1] : new Undefined("there is no previous item"),
        ["nextitem"] = loop => loop.Has(loop._place + 1) ? loop._read[loop._place + 1] : new Undefined("there is no next item"),
        ["cycle"] = loop => new Builtin("cycle", "*args", (_, arguments) => loop.Cycle((PyTuple)arguments[0])),
        ["changed"] = loop => new Builtin("changed", "*args", (_, arguments) => loop.Changed((PyTuple)arguments[0])),
    };

    public string TypeName => "LoopContext";

    public int Depth0 { get; } = depth0;

    public int Length
    {
        get
        {
            while (Has(_read.Count)) { }
            return _read.Count;
        }
    }

    public bool TryNext(out object item)
    {
        bool found = Has(++_place);
        item = found ? _read[_place] : PyNone.Value;
        return found;
    }

    public object? Find(string name) => Attributes.TryGetValue(name, out var get) ? get(this) : null;

    public object Call(Interpreter interpreter, CallArguments arguments)
    {
        if (again is null) throw PyError.Type("The loop must have the 'recursive' marker to be called recursively.");
        if (arguments.Positional.Count != 1 || arguments.Named.Count > 0) throw PyError.Type("loop() takes one argument: the items");
        return again(arguments.Positional[0]);
    }

    public string Repr() => $"<LoopContext {_place + 1}/{Length}>";

    private bool Has(int place)
    {
        while (_read.Count <= place)
        {
            if (!_source.MoveNext()) return false;
            _read.Add(_source.Current);
        }
        return true;
    }

    private object Cycle(PyTuple values) =>
        values.Items.Count > 0 ? values.Items[_place % values.Items.Count] : throw PyError.Type("no items for cycling given");

    private object Changed(PyTuple values)
    {
        bool same = _changed is not null && _changed.Count == values.Items.Count && _changed.Zip(values.Items).All(pair => PyEquality.Same(pair.First, pair.Second));
        _changed = values.Items;
        return !same;
    }
}
