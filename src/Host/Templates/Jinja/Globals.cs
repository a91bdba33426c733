// The names that every template has: functions of Jinja2 and of Hugging Face's chat templates.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Globals
{
    private const int MaxRange = 100_000; // the reference's sandbox

    private static readonly string[] LipsumWords =
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua".Split(' ');

    public static readonly IReadOnlyDictionary<string, object> All = new Dictionary<string, object>
    {
        ["raise_exception"] = new Builtin("raise_exception", "message", (_, a) => throw new PyError(PyErrorKind.RaiseException, PyText.Str(a[0]))),
        ["strftime_now"] = new Builtin("strftime_now", "format", (it, a) => Strftime.Format(it.Now, Args.Text(a[0]))),
        ["range"] = Class("range", "*args", (_, a) => Range((PyTuple)a[0])),
        ["dict"] = Class("dict", "*args, **kwargs", (_, a) => MakeDict((PyTuple)a[0], (PyDict)a[1]),
            ("fromkeys", new Builtin("fromkeys", "iterable, value=None", (_, a) => Methods.FromKeys(a[0], a[1])))),
        ["namespace"] = Class("jinja2.utils.Namespace", "*args, **kwargs", (_, a) => MakeNamespace((PyTuple)a[0], (PyDict)a[1])),
        ["cycler"] = Class("jinja2.utils.Cycler", "*args", (_, a) => MakeCycler((PyTuple)a[0])),
        ["joiner"] = Class("jinja2.utils.Joiner", "sep=None", (_, a) => new Joiner(a[0] is PyNone ? ", " : a[0])),
        ["lipsum"] = new Builtin("lipsum", "n=5, html=True, min=20, max=100", (it, a) => Lipsum(a, it)),
    };

    private static PyClass Class(string name, Signature signature, Func<Interpreter, object[], object> make, params (string Name, object Value)[] attributes) =>
        new(name, new Builtin(name, signature, make), attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value));

    private static PyRange Range(PyTuple arguments)
    {
        var items = arguments.Items;
        if (items.Count is 0 or > 3) throw PyError.Type($"range expected at least 1 argument, got {items.Count}");
        var numbers = items.Select(item =>
        {
            Args.Int(item);
            return PyNumber.Integer(item);
        }).ToList();
        var (start, stop, step) = numbers.Count == 1 ? (0, numbers[0], 1) : (numbers[0], numbers[1], numbers.Count == 3 ? numbers[2] : 1);
        if (step.IsZero) throw PyError.Value("range() arg 3 must not be zero");
        if (PyRange.Length(start, stop, step) > MaxRange)
            throw new PyError(PyErrorKind.Limit, $"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
        return new PyRange(start, stop, step);
    }

    private static PyDict MakeDict(PyTuple arguments, PyDict named)
    {
        if (arguments.Items.Count > 1) throw PyError.Type($"dict expected at most 1 argument, got {arguments.Items.Count}");
        var dict = arguments.Items.Count == 0 ? new PyDict() : arguments.Items[0] is PyDict other ? new PyDict(other) : FromPairs(arguments.Items[0]);
        foreach (var (key, value) in named.Items) dict[key] = value;
        return dict;
    }

    private static PyDict FromPairs(object pairs)
    {
        var dict = new PyDict();
        foreach (object pair in Iteration.Of(pairs))
        {
            var items = Iteration.TryOf(pair)?.ToList() ?? throw PyError.Type("cannot convert dictionary update sequence element to a sequence");
            if (items.Count != 2) throw PyError.Value($"dictionary update sequence element has length {items.Count}; 2 is required");
            dict[items[0]] = items[1];
        }
        return dict;
    }

    private static Namespace MakeNamespace(PyTuple arguments, PyDict named)
    {
        var space = new Namespace(new PyDict());
        foreach (var (key, value) in MakeDict(arguments, named).Items) space.Set(Args.Text(key), value);
        return space;
    }

    private static Cycler MakeCycler(PyTuple items) =>
        items.Items.Count > 0 ? new Cycler(items.Items) : throw new PyError(PyErrorKind.Runtime, "at least one item has to be provided");

    private static object Lipsum(object[] a, Interpreter interpreter)
    {
        int paragraphs = Args.Int(a[0]), least = Args.Int(a[2]), most = Math.Max(Args.Int(a[3]), Args.Int(a[2]) + 1);
        interpreter.Budget.Charge((long)paragraphs * most * 8);
        var texts = Enumerable.Range(0, paragraphs).Select(_ =>
            string.Join(' ', Enumerable.Range(0, Random.Shared.Next(least, most)).Select(_ => LipsumWords[Random.Shared.Next(LipsumWords.Length)])) + ".");
        return PyType.Truth(a[1])
            ? new Markup(string.Join('\n', texts.Select(text => $"<p>{text}</p>")))
            : string.Join("\n\n", texts);
    }
}
