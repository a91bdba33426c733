// Python's arithmetic and comparison between values of all types.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Operators
{
    private const int MaxBits = 1 << 20; // 9 ** 9 ** 9 must end

    private static readonly Dictionary<string, Func<object, object, object?>> Numeric = new()
    {
        ["+"] = (a, b) => Of(a, b, (x, y) => x + y, (x, y) => x + y),
        ["-"] = (a, b) => Of(a, b, (x, y) => x - y, (x, y) => x - y),
        ["*"] = (a, b) => Of(a, b, Multiply, (x, y) => x * y),
        ["/"] = Divide,
        ["//"] = FloorDivide,
        ["%"] = Modulo,
        ["**"] = Power,
    };

    public static object Binary(string sign, object left, object right, Budget budget)
    {
        if (sign == "%" && PyOrder.AsText(left) is { } format) return PercentFormat.Apply(format, right, budget);
        if (left is Undefined missing) throw missing.Error;
        if (right is Undefined other) throw other.Error;
        if (PyNumber.Is(left) && PyNumber.Is(right)) return Numeric[sign](left, right)!;
        object? result = sign switch { "+" => Concatenate(left, right, budget), "*" => Repeat(left, right, budget) ?? Repeat(right, left, budget), _ => null };
        return result ?? throw Unsupported(sign, left, right);
    }

    public static object Negate(char sign, object value)
    {
        if (value is Undefined missing) throw missing.Error;
        if (!PyNumber.Is(value)) throw PyError.Type($"bad operand type for unary {sign}: '{PyType.Name(value)}'");
        if (value is double number) return sign == '-' ? -number : number;
        var integer = PyNumber.Integer(value);
        return sign == '-' ? -integer : integer;
    }

    public static bool Compare(string sign, object left, object right)
    {
        switch (sign)
        {
            case "==": return PyEquality.Same(left, right);
            case "!=": return !PyEquality.Same(left, right);
            case "in": return Iteration.Contains(right, left);
            case "not in": return !Iteration.Contains(right, left);
        }
        if (left is Undefined missing) throw missing.Error;
        if (right is Undefined other) throw other.Error;
        int? order = PyOrder.Compare(left, right, sign);
        return sign switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    private static object? Concatenate(object left, object right, Budget budget)
    {
        if (left is Markup || right is Markup)
            return PyOrder.AsText(left) is null || PyOrder.AsText(right) is null ? null : new Markup(Markup.Escape(left).Text + Markup.Escape(right).Text);
        switch (left, right)
        {
            case (string a, string b):
                budget.Charge(a.Length + b.Length);
                return a + b;
            case (List<object> a, List<object> b):
                budget.Charge(a.Count + b.Count);
                return new List<object>([.. a, .. b]);
            case (PyTuple a, PyTuple b):
                budget.Charge(a.Items.Count + b.Items.Count);
                return new PyTuple([.. a.Items, .. b.Items]);
            default: return null;
        }
    }

    private static object? Repeat(object sequence, object times, Budget budget)
    {
        if (!PyNumber.IsInteger(times) || sequence is not (string or Markup or List<object> or PyTuple)) return null;
        var wanted = BigInteger.Max(0, PyNumber.Integer(times));
        long size = sequence is string or Markup ? PyText.Str(sequence).Length : Iteration.Length(sequence);
        budget.Charge((long)BigInteger.Min(long.MaxValue / 2, wanted * size));
        int count = size == 0 ? 0 : (int)wanted;
        return sequence switch
        {
            List<object> list => Enumerable.Repeat(list, count).SelectMany(items => items).ToList(),
            PyTuple tuple => new PyTuple([.. Enumerable.Repeat(tuple.Items, count).SelectMany(items => items)]),
            Markup markup => new Markup(string.Concat(Enumerable.Repeat(markup.Text, count))),
            _ => string.Concat(Enumerable.Repeat((string)sequence, count)),
        };
    }

    private static object Of(object left, object right, Func<BigInteger, BigInteger, BigInteger> integers, Func<double, double, double> floats) =>
        PyNumber.IsInteger(left) && PyNumber.IsInteger(right)
            ? integers(PyNumber.Integer(left), PyNumber.Integer(right))
            : floats(PyNumber.Float(left), PyNumber.Float(right));

    private static BigInteger Multiply(BigInteger left, BigInteger right)
    {
        Bound(left.GetBitLength() + right.GetBitLength());
        return left * right;
    }

    private static object Divide(object left, object right)
    {
        if (IsZero(right)) throw new PyError(PyErrorKind.ZeroDivision, "division by zero");
        if (left is double || right is double) return PyNumber.Float(left) / PyNumber.Float(right);
        var (a, b) = (PyNumber.Integer(left), PyNumber.Integer(right));
        // Both exact as double: the quotient is rounded once. Larger ones keep 64 bits of the quotient first.
        if (a.GetBitLength() <= 53 && b.GetBitLength() <= 53) return (double)a / (double)b;
        int shift = (int)Math.Clamp(64 + b.GetBitLength() - a.GetBitLength(), 0, 4096);
        double quotient = (double)((a << shift) / b);
        return quotient * Math.Pow(2, -shift);
    }

    private static object FloorDivide(object left, object right)
    {
        if (IsZero(right)) throw new PyError(PyErrorKind.ZeroDivision, "integer division or modulo by zero");
        if (left is double || right is double)
        {
            double a = PyNumber.Float(left), b = PyNumber.Float(right);
            double divided = (a - FloatModulo(a, b)) / b;
            double floor = Math.Floor(divided);
            return divided - floor > 0.5 ? floor + 1 : floor; // as CPython: the division above may be a hair off
        }
        var quotient = BigInteger.DivRem(PyNumber.Integer(left), PyNumber.Integer(right), out var rest);
        return rest.Sign != 0 && rest.Sign != PyNumber.Integer(right).Sign ? quotient - 1 : quotient;
    }

    private static object Modulo(object left, object right)
    {
        if (IsZero(right)) throw new PyError(PyErrorKind.ZeroDivision, "integer modulo by zero");
        if (left is double || right is double) return FloatModulo(PyNumber.Float(left), PyNumber.Float(right));
        var divisor = PyNumber.Integer(right);
        var rest = BigInteger.Remainder(PyNumber.Integer(left), divisor);
        return rest.Sign != 0 && rest.Sign != divisor.Sign ? rest + divisor : rest;
    }

    private static double FloatModulo(double left, double right)
    {
        double rest = left % right;
        if (rest != 0) return (right < 0) != (rest < 0) ? rest + right : rest;
        return Math.CopySign(0.0, right);
    }

    private static object Power(object left, object right)
    {
        if (PyNumber.IsInteger(left) && PyNumber.IsInteger(right) && PyNumber.Integer(right).Sign >= 0)
        {
            var (basis, exponent) = (PyNumber.Integer(left), PyNumber.Integer(right));
            if (basis.IsZero || basis.IsOne || basis == BigInteger.MinusOne) return exponent.IsZero || (basis == BigInteger.MinusOne && exponent.IsEven) ? BigInteger.One : basis;
            Bound((long)BigInteger.Min(long.MaxValue, exponent * basis.GetBitLength()));
            return BigInteger.Pow(basis, (int)exponent);
        }
        double x = PyNumber.Float(left), y = PyNumber.Float(right);
        if (x == 0 && y < 0) throw new PyError(PyErrorKind.ZeroDivision, "0.0 cannot be raised to a negative power");
        double power = Math.Pow(x, y);
        if (double.IsNaN(power) && x < 0 && !double.IsNaN(y)) throw PyError.Type("a negative number has no real power of a fraction");
        if (double.IsInfinity(power) && double.IsFinite(x) && double.IsFinite(y)) throw new PyError(PyErrorKind.Limit, "the result is too large");
        return power;
    }

    private static void Bound(long bits)
    {
        if (bits > MaxBits) throw new PyError(PyErrorKind.Limit, $"an integer would have more than {MaxBits} bits");
    }

    private static bool IsZero(object value) => value is double number ? number == 0 : PyNumber.Integer(value).IsZero;

    private static PyError Unsupported(string sign, object left, object right) => sign == "+" && left is string or List<object> or PyTuple
        ? PyError.Type($"can only concatenate {PyType.Name(left)} (not \"{PyType.Name(right)}\") to {PyType.Name(left)}")
        : PyError.Type($"unsupported operand type(s) for {sign}: '{PyType.Name(left)}' and '{PyType.Name(right)}'");
}
