// Quantised linears: made on load, read from bitsandbytes' saved form, planned as measured, widened by copies; damaged parts are named.
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Plan;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Quantize4;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;
using FastTune.Models;
using FastTune.Tests.Host.Formats;
using Xunit;
using Encoding = System.Text.Encoding;

namespace FastTune.Tests.Host.Models;

public class QuantisedModelTests
{
    private const int Hidden = 64, Inner = 192;

    private const string Config = """
        {"model_type":"llama","vocab_size":40,"hidden_size":64,"intermediate_size":192,"num_hidden_layers":1,"num_attention_heads":2,"tie_word_embeddings":true
        """;

    private static readonly (string Name, int Rows, int Columns)[] Linears =
    [
        ("self_attn.q_proj", Hidden, Hidden), ("self_attn.k_proj", Hidden, Hidden), ("self_attn.v_proj", Hidden, Hidden), ("self_attn.o_proj", Hidden, Hidden),
        ("mlp.gate_proj", Inner, Hidden), ("mlp.up_proj", Inner, Hidden), ("mlp.down_proj", Hidden, Inner),
    ];

    public static TheoryData<string, WeightQuantization> Quantizations => new()
    {
        { "nf4 double", new WeightQuantization(new FourBitOptions(CodeTable.Nf4)) },
        { "fp4", new WeightQuantization(new FourBitOptions(CodeTable.Fp4, Double: false)) },
        { "int8", new WeightQuantization(FourBit: null) },
    };

    [Theory]
    [MemberData(nameof(Quantizations))]
    public void Plans_the_memory_that_loading_takes(string name, WeightQuantization quantization)
    {
        using var folder = Dense();
        using var checkpoint = Checkpoint.Open(folder.Path);
        using var plan = new PlanDevice();
        using var cpu = new CpuDevice();
        var options = LoadOptions.Inference(DType.F32) with { Quantization = quantization };
        using Decoder planned = DecoderLoader.Load(checkpoint, plan, options), loaded = DecoderLoader.Load(checkpoint, cpu, options);
        Assert.NotEmpty(name);
        Assert.Equal(cpu.Memory.Ledger.Peak, plan.Memory.Ledger.Peak);
        Assert.Equal(cpu.Memory.Ledger.LiveOf(Category.Weights), plan.Memory.Ledger.LiveOf(Category.Weights));
        Assert.All(loaded.Layers[0].Linears, linear => Assert.NotNull(linear.Weight.Stored));
        Assert.NotNull(loaded.Head.Weight.Dense);
        Assert.Equal(Linears.Sum(linear => linear.Rows * linear.Columns) + 40 * Hidden + 3 * Hidden, loaded.Size);
    }

    [Fact]
    public void Double_quantised_linears_take_at_most_0_53_byte_a_parameter()
    {
        using var folder = Dense();
        using var checkpoint = Checkpoint.Open(folder.Path);
        using var cpu = new CpuDevice();
        using Decoder model = DecoderLoader.Load(checkpoint, cpu, LoadOptions.Inference(DType.F32) with { Quantization = new(new FourBitOptions(CodeTable.Nf4)) });
        foreach (LinearModule linear in model.Layers[0].Linears)
            Assert.InRange(linear.Weight.Stored!.Bytes / (double)(linear.Weight.Rows * linear.Weight.Columns), 0.5, 0.53);
    }

    [Fact]
    public void Reads_the_saved_form_as_it_is_and_widens_it_for_copies()
    {
        using var folder = Saved(_ => { });
        using var checkpoint = Checkpoint.Open(folder.Path);
        using var cpu = new CpuDevice();
        using Decoder model = DecoderLoader.Load(checkpoint, cpu, LoadOptions.Inference(DType.F32));
        foreach (var (name, rows, columns) in Linears)
        {
            var form = Assert.IsType<FourBitMatrix>(model.Linears.First(linear => linear.Path.EndsWith(name, StringComparison.Ordinal)).Weight.Stored);
            using var own = Quantised(cpu, name, rows, columns);
            Assert.Equal(cpu.ToArray<byte>(own.Packed), cpu.ToArray<byte>(form.Packed));
            Assert.Equal(cpu.ToArray<byte>(own.Scales.First), cpu.ToArray<byte>(form.Scales.First));
            float[] wide = checkpoint.Weights.First(weight => weight.Key.Contains(name, StringComparison.Ordinal)).ToFloats();
            Assert.InRange(wide.Zip(Values(name, rows * columns), (got, was) => Math.Abs(got - was)).Max(), 1e-6f, 0.17f);
        }
    }

    [Fact]
    public void Quantised_weights_do_not_train_and_are_not_quantised_again()
    {
        using var folder = Saved(_ => { });
        using var checkpoint = Checkpoint.Open(folder.Path);
        using var cpu = new CpuDevice();
        Assert.Contains("finetuning_type: lora", Assert.Throws<UserError>(() => DecoderLoader.Load(checkpoint, cpu, LoadOptions.Inference(DType.F32) with { Trains = _ => true })).Message);
        var options = new FastTune.Config.ModelOptions { QuantizationBit = 8 };
        Assert.Contains("quantised already (NF4)", Assert.Throws<UserError>(() => WeightQuantization.Of(options, checkpoint)).Message);
    }

    [Theory]
    [InlineData("q_proj.weight.absmax", null, "'model.layers.0.self_attn.q_proj.weight.absmax' is missing")]
    [InlineData("q_proj.weight.nested_absmax", "F32", "has 4 bytes")]
    [InlineData("q_proj.weight.quant_state.bitsandbytes__nf4", "{", "cannot be read as a quantisation state")]
    [InlineData("q_proj.weight.quant_state.bitsandbytes__nf4", """{"quant_type":"nf4","blocksize":60,"shape":[64,64]}""", "a block has 60 values")]
    [InlineData("q_proj.weight.quant_state.bitsandbytes__nf4", """{"quant_type":"nf4","blocksize":64,"shape":[64,63]}""", "says shape [64, 63]")]
    public void Damaged_parts_are_named(string part, string? content, string expected)
    {
        using var folder = Saved(tensors =>
        {
            int place = tensors.FindIndex(tensor => tensor.Name.EndsWith(part, StringComparison.Ordinal));
            string name = tensors[place].Name;
            tensors.RemoveAt(place);
            if (content == "F32") tensors.Add(TensorSource.Of(name, [1, 2], 2));
            else if (content is not null) tensors.Add(Raw(name, Encoding.UTF8.GetBytes(content)));
        });
        string message = Assert.Throws<UserError>(() => Checkpoint.Open(folder.Path)).Message;
        Assert.Contains(content == "F32" ? "8 bytes, 4 were expected" : expected, message);
        Assert.DoesNotContain('\n', message);
    }

    private static TemporaryFolder Dense() => Folder("", tensors =>
    {
        foreach (var (name, rows, columns) in Linears) tensors.Add(TensorSource.Of($"model.layers.0.{name}.weight", Values(name, rows * columns), rows, columns));
    });

    private static TemporaryFolder Saved(Action<List<TensorSource>> change) => Folder(""","quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true}""", tensors =>
    {
        using var cpu = new CpuDevice();
        foreach (var (name, rows, columns) in Linears)
        {
            using FourBitMatrix form = Quantised(cpu, name, rows, columns);
            string key = $"model.layers.0.{name}.weight";
            string state = FormattableString.Invariant(
                $$"""{"quant_type":"nf4","blocksize":64,"dtype":"float32","shape":[{{rows}},{{columns}}],"nested_blocksize":256,"nested_dtype":"float32","nested_offset":{{form.Scales.Offset:R}}}""");
            tensors.AddRange([
                Raw(key, cpu.ToArray<byte>(form.Packed)), Raw($"{key}.absmax", cpu.ToArray<byte>(form.Scales.First)),
                TensorSource.Of($"{key}.nested_absmax", cpu.ToArray<float>(form.Scales.Nested), form.Scales.Nested.Count),
                TensorSource.Of($"{key}.quant_map", CodeTable.Nf4.Values.ToArray(), 16), TensorSource.Of($"{key}.nested_quant_map", CodeTable.Signed8.Values.ToArray(), 256),
                Raw($"{key}.quant_state.bitsandbytes__nf4", Encoding.UTF8.GetBytes(state))]);
        }
        change(tensors);
    });

    private static TemporaryFolder Folder(string config, Action<List<TensorSource>> fill)
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), Config + config + "}");
        List<TensorSource> tensors =
        [
            TensorSource.Of("model.embed_tokens.weight", Values("embed", 40 * Hidden), 40, Hidden), TensorSource.Of("model.norm.weight", Values("norm", Hidden), Hidden),
            TensorSource.Of("model.layers.0.input_layernorm.weight", Values("one", Hidden), Hidden),
            TensorSource.Of("model.layers.0.post_attention_layernorm.weight", Values("two", Hidden), Hidden),
        ];
        fill(tensors);
        Safetensors.Write(folder.File("model.safetensors"), tensors);
        return folder;
    }

    private static FourBitMatrix Quantised(CpuDevice cpu, string name, int rows, int columns)
    {
        using var builder = new FourBitBuilder(cpu, rows, columns, new FourBitOptions(CodeTable.Nf4));
        using Tensor values = cpu.From(Values(name, rows * columns), new Shape(rows, columns), Category.Workspace);
        builder.Add(values);
        return builder.Finish();
    }

    private static TensorSource Raw(string name, byte[] bytes) => new(name, StoredType.U8, [bytes.Length], stream => stream.Write(bytes));

    private static float[] Values(string name, int count)
    {
        var random = new Random(name.Length * 31 + name[^3]);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
