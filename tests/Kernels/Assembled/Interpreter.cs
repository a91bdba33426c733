// Runs assembled tiles on any CPU: an interpreter of the dozen instructions they use, over Iced's decoder.
using Iced.Intel;

namespace FastTune.Tests.Kernels.Assembled;

/// <summary>
/// One function's code and the registers it works on. Reads and writes real memory. VDPBF16PS follows Intel's manual: the odd elements'
/// product is added first, then the even ones', each by FMA rounded to nearest even, denormals as zero going in and coming out.
/// </summary>
sealed unsafe class Interpreter
{
    readonly Instruction[] code;
    readonly Dictionary<ulong, int> indexOf = [];
    readonly ulong[] general = new ulong[16];
    readonly float[] vectors = new float[32 * 16];
    bool zero;

    public Interpreter(byte[] bytes)
    {
        var decoder = Decoder.Create(64, bytes);
        var instructions = new List<Instruction>();
        while (decoder.IP < (ulong)bytes.Length)
        {
            indexOf[decoder.IP] = instructions.Count;
            instructions.Add(decoder.Decode());
        }
        code = [.. instructions];
    }

    public IReadOnlyList<Instruction> Code => code;

    /// <summary>Calls the function with its argument in the given register; stack: room for what it saves.</summary>
    public void Call(Register argumentRegister, void* argument)
    {
        byte* stack = stackalloc byte[512];
        General(argumentRegister) = (ulong)argument;
        General(Register.RSP) = (ulong)(stack + 512);
        int at = 0;
        while (code[at].Mnemonic != Mnemonic.Ret) at = Step(at);
    }

    public Span<float> Vector(Register register) => vectors.AsSpan(16 * Number(register), 16);

    int Step(int at)
    {
        ref Instruction one = ref code[at];
        switch (one.Mnemonic)
        {
            case Mnemonic.Vdpbf16ps: MultiplyPairs(one); break;
            case Mnemonic.Vmovups: Move(one); break;
            case Mnemonic.Vfmadd213ps: MultiplyAdd(one); break;
            case Mnemonic.Vmulps: Multiply(one); break;
            case Mnemonic.Vpxord: Vector(one.Op0Register).Clear(); break; // only ever of a register with itself
            case Mnemonic.Vbroadcastss: Vector(one.Op0Register).Fill(*(float*)Address(one)); break;
            case Mnemonic.Vzeroupper: ClearUpper(); break;
            case Mnemonic.Mov: MoveGeneral(one); break;
            case Mnemonic.Add: General(one.Op0Register) += Right(one); break;
            case Mnemonic.Sub: General(one.Op0Register) -= Right(one); break;
            case Mnemonic.Dec: zero = --General(one.Op0Register) == 0; break;
            case Mnemonic.Test: zero = (uint)General(one.Op0Register) == 0; break;
            case Mnemonic.Jne: return zero ? at + 1 : indexOf[one.NearBranchTarget];
            case Mnemonic.Je: return zero ? indexOf[one.NearBranchTarget] : at + 1;
            case Mnemonic.Jmp: return indexOf[one.NearBranchTarget];
            case Mnemonic.Prefetcht0: break;
            default: throw new NotSupportedException($"[interpreter] {one} at {one.IP:x} is not among the instructions that tiles use");
        }
        return at + 1;
    }

    void MultiplyPairs(in Instruction one)
    {
        Span<float> sum = Vector(one.Op0Register), left = Vector(one.Op1Register);
        uint* memory = one.Op2Kind == OpKind.Memory ? (uint*)Address(one) : null;
        for (int lane = 0; lane < 16; lane++)
        {
            uint a = BitConverter.SingleToUInt32Bits(left[lane]);
            uint b = memory == null ? BitConverter.SingleToUInt32Bits(Vector(one.Op2Register)[lane]) : memory[one.IsBroadcast ? 0 : lane];
            float odd = Flush(MathF.FusedMultiplyAdd(High(a), High(b), Flush(sum[lane])));
            sum[lane] = Flush(MathF.FusedMultiplyAdd(Low(a), Low(b), odd));
        }
    }

    static float High(uint pair) => Flush(BitConverter.UInt32BitsToSingle(pair & 0xFFFF0000));

    static float Low(uint pair) => Flush(BitConverter.UInt32BitsToSingle(pair << 16));

    static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;

    void Move(in Instruction one)
    {
        int lanes = one.Op0Kind == OpKind.Register && one.Op0Register.IsXMM() || one.Op1Kind == OpKind.Register && one.Op1Register.IsXMM() ? 4 : 16;
        if (one.Op0Kind == OpKind.Register) new Span<float>((void*)Address(one), lanes).CopyTo(Vector(one.Op0Register));
        else Vector(one.Op1Register)[..lanes].CopyTo(new Span<float>((void*)Address(one), lanes));
    }

    void MultiplyAdd(in Instruction one)
    {
        Span<float> first = Vector(one.Op0Register), second = Vector(one.Op1Register);
        float* third = (float*)Address(one);
        for (int lane = 0; lane < 16; lane++) first[lane] = MathF.FusedMultiplyAdd(second[lane], first[lane], third[lane]);
    }

    void Multiply(in Instruction one)
    {
        Span<float> result = Vector(one.Op0Register), left = Vector(one.Op1Register), right = Vector(one.Op2Register);
        for (int lane = 0; lane < 16; lane++) result[lane] = left[lane] * right[lane];
    }

    void ClearUpper()
    {
        for (int register = 0; register < 16; register++) vectors.AsSpan(16 * register + 4, 12).Clear();
    }

    void MoveGeneral(in Instruction one)
    {
        ulong value = one.Op1Kind == OpKind.Register ? General(one.Op1Register)
            : one.Op0Register.IsGPR32() ? *(uint*)Address(one) : *(ulong*)Address(one);
        General(one.Op0Register) = value;
    }

    ulong Right(in Instruction one) => one.Op1Kind == OpKind.Register ? General(one.Op1Register) : one.GetImmediate(1);

    ref ulong General(Register register) => ref general[register.GetFullRegister() - Register.RAX];

    ulong Address(in Instruction one) => General(one.MemoryBase) + one.MemoryDisplacement64;

    static int Number(Register register) => register.IsXMM() ? register - Register.XMM0 : register - Register.ZMM0;
}
