// The stack machine that carries out a pickle stream: it can build text, numbers, tuples, lists, dictionaries and tensors, nothing else.
namespace FastTune.Formats;

/// <summary>A dictionary of the stream; its keys are texts.</summary>
internal sealed class PickleMap
{
    public Dictionary<string, object?> Items { get; } = new(StringComparer.Ordinal);
}

/// <summary>Runs pickle streams without ever naming a type or method of the program: what a stream may call is looked up in
/// <see cref="TorchGlobals"/>. Steps and bytes are bounded, nesting costs no stack.</summary>
/// <param name="path">File, for messages.</param>
/// <param name="storages">Where persistent ids lead.</param>
internal sealed class PickleMachine(string path, TorchStorages storages)
{
    /// <summary>Longest stream that is read: a state dict takes some 200 bytes a tensor.</summary>
    public const int MaxBytes = 32 << 20;

    private const int MaxSteps = 4_000_000;
    private const int MaxMemo = 1_000_000;

    private static readonly object _mark = new();

    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];

    /// <summary>Carries out one stream and tells how many bytes it had.</summary>
    /// <returns>The object that the stream builds: null, bool, long, Int128, double, string, object?[] (a tuple), List, <see cref="PickleMap"/>,
    /// <see cref="PickleGlobal"/>, <see cref="TorchStorage"/> or <see cref="TorchTensor"/>.</returns>
    /// <exception cref="UserError">A damaged stream, or one that asks for anything else.</exception>
    public static object? Run(ReadOnlySpan<byte> bytes, string path, TorchStorages storages, out int consumed)
    {
        var machine = new PickleMachine(path, storages);
        var cursor = new PickleCursor(bytes, path);
        object? value = machine.Run(ref cursor);
        consumed = cursor.Position;
        return value;
    }

    public void Push(object? value) => _stack.Add(value);

    public void Mark() => _stack.Add(_mark);

    public object? Pop(ref PickleCursor cursor)
    {
        if (_stack.Count == 0) throw cursor.Bad("an empty stack");
        object? top = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    public object?[] PopMany(int count, ref PickleCursor cursor)
    {
        if (_stack.Count < count) throw cursor.Bad("an empty stack");
        return Cut(_stack.Count - count, ref cursor);
    }

    public object?[] PopToMark(ref PickleCursor cursor)
    {
        int mark = _stack.LastIndexOf(_mark);
        if (mark < 0) throw cursor.Bad("no mark on the stack");
        object?[] items = Cut(mark + 1, ref cursor);
        _stack.RemoveAt(mark);
        return items;
    }

    public void Append(object?[] items, ref PickleCursor cursor) => Top<List<object?>>("a list", ref cursor).AddRange(items);

    public void SetItems(object?[] items, ref PickleCursor cursor)
    {
        var map = Top<PickleMap>("a dictionary", ref cursor);
        if (items.Length % 2 != 0) throw cursor.Bad("a key without a value");
        for (int i = 0; i < items.Length; i += 2)
        {
            if (items[i] is not string key) throw cursor.Bad("a dictionary's key that is not text");
            if (!map.Items.TryAdd(key, items[i + 1])) throw cursor.Bad($"the key '{key}' a second time");
        }
    }

    public void Remember(int? slot, ref PickleCursor cursor)
    {
        if (_stack.Count == 0 || _memo.Count == MaxMemo || slot < 0) throw cursor.Bad("a memo that is not possible");
        _memo[slot ?? _memo.Count] = _stack[^1];
    }

    public void Recall(int slot, ref PickleCursor cursor) =>
        Push(_memo.TryGetValue(slot, out object? value) ? value : throw cursor.Bad($"memo {slot}, which was never set,"));

    public void Global(string module, string name, ref PickleCursor cursor) => Push(TorchGlobals.Find(module, name)
        ?? throw new UserError($"{path}: the pickle asks for '{module}.{name}', which no file of weights needs: it could run code and was not followed; use the model's safetensors"));

    public void NamedGlobal(ref PickleCursor cursor)
    {
        if (PopMany(2, ref cursor) is not [string module, string name]) throw cursor.Bad("a global without a name");
        Global(module, name, ref cursor);
    }

    public void Call(ref PickleCursor cursor)
    {
        if (PopMany(2, ref cursor) is not [PickleGlobal { Call: { } call } global, object?[] arguments]) throw cursor.Bad("a call of what cannot be called");
        Push(call(arguments) ?? throw cursor.Bad($"a call of {global.Name} with arguments that are wrong or reach outside their storage"));
    }

    /// <summary>Attributes of a dictionary (torch's `_metadata`: versions of modules) say nothing of weights; nothing else has state.</summary>
    public void SetState(ref PickleCursor cursor)
    {
        object? state = Pop(ref cursor);
        if (state is not PickleMap) throw cursor.Bad("state that is not a dictionary");
        Top<PickleMap>("a dictionary", ref cursor);
    }

    public void Storage(ref PickleCursor cursor) =>
        Push(Pop(ref cursor) is object?[] id ? storages.Find(id) : throw cursor.Bad("a persistent id that is not a tuple"));

    private object? Run(ref PickleCursor cursor)
    {
        for (int step = 0; step < MaxSteps; step++)
        {
            byte opcode = cursor.Byte();
            if (opcode == PickleOpcodes.Stop) return Pop(ref cursor);
            var operation = PickleOpcodes.Find(opcode) ?? throw cursor.Bad($"opcode 0x{opcode:x2}, which no file of weights needs,");
            operation(this, ref cursor);
        }
        throw cursor.Bad($"more than {MaxSteps} steps");
    }

    private object?[] Cut(int from, ref PickleCursor cursor)
    {
        var items = new object?[_stack.Count - from];
        _stack.CopyTo(from, items, 0, items.Length);
        if (Array.IndexOf(items, _mark) >= 0) throw cursor.Bad("a mark where a value is expected");
        _stack.RemoveRange(from, items.Length);
        return items;
    }

    private T Top<T>(string what, ref PickleCursor cursor) where T : class =>
        _stack.Count > 0 && _stack[^1] is T top ? top : throw cursor.Bad($"no {what[2..]} to fill");
}
