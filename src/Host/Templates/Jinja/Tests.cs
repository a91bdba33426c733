// The table of tests (`x is name`): names, parameters as Jinja2 has them, and what each checks.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Tests
{
    public static readonly IReadOnlyDictionary<string, Function> All = new Dictionary<string, Function>
    {
        ["odd"] = new("value", (it, a) => PyEquality.Same(Modulo(a[0], BigInteger.One + 1, it), BigInteger.One)),
        ["even"] = new("value", (it, a) => PyEquality.Same(Modulo(a[0], BigInteger.One + 1, it), BigInteger.Zero)),
        ["divisibleby"] = new("value, num", (it, a) => PyEquality.Same(Modulo(a[0], a[1], it), BigInteger.Zero)),
        ["defined"] = new("value", (_, a) => a[0] is not Undefined),
        ["undefined"] = new("value", (_, a) => a[0] is Undefined),
        ["filter"] = new("value", (_, a) => a[0] is string name && Filters.All.ContainsKey(name)),
        ["test"] = new("value", (_, a) => a[0] is string name && All!.ContainsKey(name)),
        ["none"] = new("value", (_, a) => a[0] is PyNone),
        ["boolean"] = new("value", (_, a) => a[0] is bool),
        ["false"] = new("value", (_, a) => a[0] is false),
        ["true"] = new("value", (_, a) => a[0] is true),
        ["integer"] = new("value", (_, a) => a[0] is BigInteger),
        ["float"] = new("value", (_, a) => a[0] is double),
        ["lower"] = new("value", (_, a) => StringText.IsLower(Args.Str(a[0]))),
        ["upper"] = new("value", (_, a) => StringText.IsUpper(Args.Str(a[0]))),
        ["string"] = new("value", (_, a) => a[0] is string or Markup),
        ["mapping"] = new("value", (_, a) => a[0] is PyDict),
        ["number"] = new("value", (_, a) => PyNumber.Is(a[0])),
        ["sequence"] = new("value", (_, a) => a[0] is string or Markup or List<object> or PyTuple or PyDict or PyRange or PyBytes or Undefined),
        ["iterable"] = new("value", (_, a) => a[0] is LoopContext || Iteration.TryOf(a[0]) is not null),
        ["callable"] = new("value", (_, a) => a[0] is ICallable or Undefined),
        ["sameas"] = new("value, other", (_, a) => Same(a[0], a[1])),
        ["escaped"] = new("value", (_, a) => a[0] is Markup),
        ["in"] = new("value, seq", (_, a) => Iteration.Contains(a[1], a[0])),
        ["=="] = Comparison("=="),
        ["eq"] = Comparison("=="),
        ["equalto"] = Comparison("=="),
        ["!="] = Comparison("!="),
        ["ne"] = Comparison("!="),
        ["<"] = Comparison("<"),
        ["lt"] = Comparison("<"),
        ["lessthan"] = Comparison("<"),
        ["<="] = Comparison("<="),
        ["le"] = Comparison("<="),
        [">"] = Comparison(">"),
        ["gt"] = Comparison(">"),
        ["greaterthan"] = Comparison(">"),
        [">="] = Comparison(">="),
        ["ge"] = Comparison(">="),
    };

    private static Function Comparison(string sign) => new("a, b", (_, a) => Operators.Compare(sign, a[0], a[1]));

    private static object Modulo(object value, object by, Interpreter interpreter) => Operators.Binary("%", value, by, interpreter.Budget);

    // Python's `is`: bools, None and small integers are one object each.
    private static bool Same(object left, object right) => (left, right) switch
    {
        (bool a, bool b) => a == b,
        (BigInteger a, BigInteger b) when a >= -5 && a <= 256 => a == b,
        (string { Length: 0 }, string { Length: 0 }) => true,
        (PyTuple { Items.Count: 0 }, PyTuple { Items.Count: 0 }) => true,
        _ => ReferenceEquals(left, right),
    };
}
