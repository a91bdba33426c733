// What the sandbox refuses: Python's underscored attributes, and methods that would change a list or a dictionary.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>Names that exist in Python and must not be touched: they read as undefined and are security errors in use.</summary>
internal static class Forbidden
{
    private static readonly HashSet<string> Everywhere = Words(
        "__class__ __delattr__ __dir__ __doc__ __eq__ __format__ __ge__ __getattribute__ __getstate__ __gt__ __hash__ __init__ "
        + "__init_subclass__ __le__ __lt__ __ne__ __new__ __reduce__ __reduce_ex__ __repr__ __setattr__ __sizeof__ __str__ "
        + "__subclasshook__");

    private static readonly Dictionary<string, HashSet<string>> ByType = new()
    {
        ["str"] = Words(
            "__add__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mod__ __mul__ __rmod__ __rmul__"),
        ["list"] = Words(
            "__add__ __class_getitem__ __contains__ __delitem__ __getitem__ __iadd__ __imul__ __iter__ __len__ __mul__ __reversed__ "
            + "__rmul__ __setitem__"),
        ["dict"] = Words(
            "__class_getitem__ __contains__ __delitem__ __getitem__ __ior__ __iter__ __len__ __or__ __reversed__ __ror__ __setitem__"),
        ["int"] = Words(
            "__abs__ __add__ __and__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ __index__ __int__ "
            + "__invert__ __lshift__ __mod__ __mul__ __neg__ __or__ __pos__ __pow__ __radd__ __rand__ __rdivmod__ __rfloordiv__ "
            + "__rlshift__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __sub__ "
            + "__truediv__ __trunc__ __xor__"),
        ["bool"] = Words(
            "__abs__ __add__ __and__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ __index__ __int__ "
            + "__invert__ __lshift__ __mod__ __mul__ __neg__ __or__ __pos__ __pow__ __radd__ __rand__ __rdivmod__ __rfloordiv__ "
            + "__rlshift__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __sub__ "
            + "__truediv__ __trunc__ __xor__"),
        ["float"] = Words(
            "__abs__ __add__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getformat__ __getnewargs__ __int__ "
            + "__mod__ __mul__ __neg__ __pos__ __pow__ __radd__ __rdivmod__ __rfloordiv__ __rmod__ __rmul__ __round__ __rpow__ __rsub__ "
            + "__rtruediv__ __sub__ __truediv__ __trunc__"),
        ["tuple"] = Words(
            "__add__ __class_getitem__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mul__ __rmul__"),
        ["range"] = Words(
            "__bool__ __contains__ __getitem__ __iter__ __len__ __reversed__"),
        ["NoneType"] = Words(
            "__bool__"),
        ["function"] = Words(
            "__annotations__ __builtins__ __call__ __closure__ __code__ __defaults__ __dict__ __get__ __globals__ __kwdefaults__ "
            + "__module__ __name__ __qualname__"),
        ["type"] = Words(
            "__abs__ __add__ __and__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ __index__ __int__ "
            + "__invert__ __lshift__ __mod__ __mul__ __neg__ __or__ __pos__ __pow__ __radd__ __rand__ __rdivmod__ __rfloordiv__ "
            + "__rlshift__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __sub__ "
            + "__truediv__ __trunc__ __xor__ __abstractmethods__ __annotations__ __base__ __bases__ __basicsize__ __call__ __dict__ "
            + "__dictoffset__ __flags__ __instancecheck__ __itemsize__ __module__ __mro__ __name__ __or__ __prepare__ __qualname__ "
            + "__ror__ __subclasscheck__ __subclasses__ __text_signature__ __weakrefoffset__"),
        ["builtin_function_or_method"] = Words(
            "__call__ __module__ __name__ __qualname__ __self__ __text_signature__"),
        ["generator"] = Words(
            "__del__ __iter__ __name__ __next__ __qualname__"),
        ["dict_keys"] = Words(
            "__and__ __contains__ __iter__ __len__ __or__ __rand__ __reversed__ __ror__ __rsub__ __rxor__ __sub__ __xor__"),
        ["dict_values"] = Words(
            "__iter__ __len__ __reversed__"),
        ["dict_items"] = Words(
            "__and__ __contains__ __iter__ __len__ __or__ __rand__ __reversed__ __ror__ __rsub__ __rxor__ __sub__ __xor__"),
    };

    private static readonly HashSet<string> ListChanges = Words("append clear pop reverse insert sort extend remove");

    private static readonly HashSet<string> DictChanges = Words("clear pop popitem setdefault update");

    /// <summary>True when the Python object has this underscored attribute.</summary>
    public static bool Exists(object value, string name) =>
        Everywhere.Contains(name) || (ByType.TryGetValue(PyType.Name(value), out var names) && names.Contains(name));

    /// <summary>True for a method that changes its object.</summary>
    public static bool Changes(object value, string name) =>
        (value is List<object> && ListChanges.Contains(name)) || (value is PyDict && DictChanges.Contains(name));

    private static HashSet<string> Words(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
