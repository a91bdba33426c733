// The opcodes of Python's pickle protocols 2 to 4 that a saved state dict consists of, one a row; no other is carried out.
namespace FastTune.Formats;

/// <summary>Carries out one opcode on the machine, reading its argument.</summary>
internal delegate void PickleOperation(PickleMachine machine, ref PickleCursor cursor);

/// <summary>Opcodes by their byte. Source: CPython's Lib/pickletools.py; the choice is that of torch's weights_only reader
/// (torch/_weights_only_unpickler.py), and protocol 4's way to write the same.</summary>
internal static class PickleOpcodes
{
    public const byte Stop = (byte)'.';

    private static readonly PickleOperation?[] _operations = Table(
        (0x80, static (_, ref cursor) => RequireProtocol(ref cursor)),
        (0x95, static (_, ref cursor) => cursor.Length8()),
        ('N', static (machine, ref _) => machine.Push(null)),
        (0x88, static (machine, ref _) => machine.Push(true)),
        (0x89, static (machine, ref _) => machine.Push(false)),
        ('J', static (machine, ref cursor) => machine.Push((long)cursor.Int32())),
        ('K', static (machine, ref cursor) => machine.Push((long)cursor.Byte())),
        ('M', static (machine, ref cursor) => machine.Push((long)cursor.UInt16())),
        (0x8a, static (machine, ref cursor) => machine.Push(cursor.Whole(cursor.Byte()))),
        (0x8b, static (machine, ref cursor) => machine.Push(cursor.Whole(cursor.Length4()))),
        ('G', static (machine, ref cursor) => machine.Push(cursor.DoubleBigEndian())),
        ('X', static (machine, ref cursor) => machine.Push(cursor.Text(cursor.Length4()))),
        ('U', static (machine, ref cursor) => machine.Push(cursor.Text(cursor.Byte()))),
        (0x8c, static (machine, ref cursor) => machine.Push(cursor.Text(cursor.Byte()))),
        (0x8d, static (machine, ref cursor) => machine.Push(cursor.Text(cursor.Length8()))),
        ('(', static (machine, ref cursor) => machine.Mark()),
        ('0', static (machine, ref cursor) => machine.Pop(ref cursor)),
        (')', static (machine, ref _) => machine.Push(Array.Empty<object?>())),
        ('t', static (machine, ref cursor) => machine.Push(machine.PopToMark(ref cursor))),
        (0x85, static (machine, ref cursor) => machine.Push(machine.PopMany(1, ref cursor))),
        (0x86, static (machine, ref cursor) => machine.Push(machine.PopMany(2, ref cursor))),
        (0x87, static (machine, ref cursor) => machine.Push(machine.PopMany(3, ref cursor))),
        (']', static (machine, ref _) => machine.Push(new List<object?>())),
        ('a', static (machine, ref cursor) => machine.Append(machine.PopMany(1, ref cursor), ref cursor)),
        ('e', static (machine, ref cursor) => machine.Append(machine.PopToMark(ref cursor), ref cursor)),
        ('}', static (machine, ref _) => machine.Push(new PickleMap())),
        ('s', static (machine, ref cursor) => machine.SetItems(machine.PopMany(2, ref cursor), ref cursor)),
        ('u', static (machine, ref cursor) => machine.SetItems(machine.PopToMark(ref cursor), ref cursor)),
        ('q', static (machine, ref cursor) => machine.Remember(cursor.Byte(), ref cursor)),
        ('r', static (machine, ref cursor) => machine.Remember(cursor.Int32(), ref cursor)),
        (0x94, static (machine, ref cursor) => machine.Remember(null, ref cursor)),
        ('h', static (machine, ref cursor) => machine.Recall(cursor.Byte(), ref cursor)),
        ('j', static (machine, ref cursor) => machine.Recall(cursor.Int32(), ref cursor)),
        ('c', static (machine, ref cursor) => machine.Global(cursor.TextLine(), cursor.TextLine(), ref cursor)),
        (0x93, static (machine, ref cursor) => machine.NamedGlobal(ref cursor)),
        ('R', static (machine, ref cursor) => machine.Call(ref cursor)),
        (0x81, static (machine, ref cursor) => machine.Call(ref cursor)),
        ('b', static (machine, ref cursor) => machine.SetState(ref cursor)),
        ('Q', static (machine, ref cursor) => machine.Storage(ref cursor)));

    /// <summary>What to do for an opcode; null for one that no state dict needs.</summary>
    public static PickleOperation? Find(byte opcode) => _operations[opcode];

    private static void RequireProtocol(ref PickleCursor cursor)
    {
        byte protocol = cursor.Byte();
        if (protocol is < 2 or > 5) throw cursor.Bad($"pickle protocol {protocol}, 2 to 5 are read,");
    }

    private static PickleOperation?[] Table(params ReadOnlySpan<(int Opcode, PickleOperation Operation)> rows)
    {
        var table = new PickleOperation?[256];
        foreach (var (opcode, operation) in rows) table[opcode] = operation;
        return table;
    }
}
