// Evaluates expressions.
using System.Runtime.CompilerServices;
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal sealed partial class Interpreter
{
    private object Evaluate(Expr expr, Scope scope)
    {
        Budget.Step();
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expr)
        {
            case ConstExpr constant: return constant.Value;
            case NameExpr name: return Resolve(name.Name, scope);
            case AttributeExpr attribute: return Members.Attribute(Evaluate(attribute.Of, scope), attribute.Name, this);
            case ItemExpr item: return Item(item, scope);
            case CallExpr call: return Call(Evaluate(call.Callee, scope), Arguments(call.Arguments, scope));
            case FilterExpr filter: return Filter(filter.Name, Evaluate(filter.Of!, scope), Arguments(filter.Arguments, scope));
            case TestExpr test: return Test(test.Name, Evaluate(test.Of, scope), Arguments(test.Arguments, scope));
            case CompareExpr compare: return Compare(compare, scope);
            case NotExpr not: return !PyType.Truth(Evaluate(not.Operand, scope));
            case AndExpr and: return Evaluate(and.Left, scope) is var left && PyType.Truth(left) ? Evaluate(and.Right, scope) : left;
            case OrExpr or: return Evaluate(or.Left, scope) is var first && PyType.Truth(first) ? first : Evaluate(or.Right, scope);
            case CondExpr cond: return Choose(cond, scope);
            case BinaryExpr binary: return Operators.Binary(binary.Sign, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), Budget);
            case UnaryExpr unary: return Operators.Negate(unary.Sign, Evaluate(unary.Operand, scope));
            case ConcatExpr concat: return Concat(concat, scope);
            case ListExpr list: return list.Items.Select(item => Evaluate(item, scope)).ToList();
            case TupleExpr tuple: return new PyTuple([.. tuple.Items.Select(item => Evaluate(item, scope))]);
            case DictExpr dict: return Dict(dict, scope);
            default: throw new PyError(PyErrorKind.Runtime, $"{expr.GetType().Name} cannot be evaluated");
        }
    }

    private object Resolve(string name, Scope scope)
    {
        if (scope.Find(name) is { } value) return value;
        if (name == "self") return new SelfReference();
        if (variables.TryGetValue(name, out var given)) return given;
        return Globals.All.TryGetValue(name, out var global) ? global : Undefined.Name(name);
    }

    private object Item(ItemExpr item, Scope scope)
    {
        object value = Evaluate(item.Of, scope);
        if (item.Key is not SliceExpr slice) return Members.Item(value, Evaluate(item.Key, scope), this);
        return Slices.Of(value, Optional(slice.Start, scope), Optional(slice.Stop, scope), Optional(slice.Step, scope), Budget);
    }

    private object Optional(Expr? expr, Scope scope) => expr is null ? PyNone.Value : Evaluate(expr, scope);

    private object Compare(CompareExpr compare, Scope scope)
    {
        object left = Evaluate(compare.First, scope);
        foreach (var (sign, operand) in compare.Rest)
        {
            object right = Evaluate(operand, scope);
            if (!Operators.Compare(sign, left, right)) return false;
            left = right;
        }
        return true;
    }

    private object Choose(CondExpr cond, Scope scope)
    {
        if (PyType.Truth(Evaluate(cond.Test, scope))) return Evaluate(cond.Then, scope);
        if (cond.Else is { } otherwise) return Evaluate(otherwise, scope);
        return new Undefined($"the inline if-expression on line {cond.Line} evaluated to false and no else section was defined.");
    }

    private object Concat(ConcatExpr concat, Scope scope)
    {
        var builder = new StringBuilder();
        foreach (var item in concat.Items)
        {
            object value = Evaluate(item, scope);
            builder.Append(_autoescape ? Markup.Escape(value).Text : PyText.Str(value));
        }
        Budget.Charge(builder.Length);
        return _autoescape ? new Markup(builder.ToString()) : builder.ToString();
    }

    private PyDict Dict(DictExpr expr, Scope scope)
    {
        var dict = new PyDict();
        foreach (var (key, value) in expr.Items)
        {
            object name = Evaluate(key, scope);
            dict[name] = Evaluate(value, scope);
        }
        return dict;
    }

    private object Filtered(FilterExpr? filter, object text, Scope scope)
    {
        if (_autoescape && text is string plain) text = new Markup(plain);
        if (filter is null) return text;
        if (filter.Of is FilterExpr inner) text = Filtered(inner, text, scope);
        return Filter(filter.Name, text, Arguments(filter.Arguments, scope));
    }
}
