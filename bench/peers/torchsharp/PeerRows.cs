// libtorch's side of the op rows: a linear layer's three products, and causal attention forward and backward.
// Usage: torchpeer matmul DTYPE | torchpeer attention DTYPE
using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

static class PeerRows
{
    public static void Run(string bench, ScalarType type)
    {
        set_num_threads(Environment.ProcessorCount);
        if (bench == "matmul") Matmul(type);
        else Attention(type);
    }

    static void Matmul(ScalarType type)
    {
        using var quiet = no_grad();
        foreach (int t in new[] { 512, 2048 })
            foreach (int n in new[] { 576, 1536, 4096 })
                foreach (int k in new[] { 576, 1536, 4096 })
                {
                    using var scope = NewDisposeScope();
                    Tensor x = rand(t, k).to(type), w = rand(n, k).to(type), dy = rand(t, n).to(type);
                    Row($"Y {t} x {n} x {k}", 0.25, () => matmul(x, w.t()).Dispose());
                    Row($"dX {t} x {n} x {k}", 0.25, () => matmul(dy, w).Dispose());
                    Row($"dW {t} x {n} x {k}", 0.25, () => matmul(dy.t(), x).Dispose());
                }
    }

    // Keys and values are repeated for their groups outside the timing.
    static void Attention(ScalarType type)
    {
        foreach (int t in new[] { 2048, 4096, 8192, 16384 })
            foreach (var (heads, kv, dim) in new[] { (9, 3, 64), (8, 2, 128) })
            {
                using var scope = NewDisposeScope();
                Tensor q = Leaf(rand(1, heads, t, dim), type), k = Leaf(rand(1, kv, t, dim).repeat_interleave(heads / kv, 1), type);
                Tensor v = Leaf(rand(1, kv, t, dim).repeat_interleave(heads / kv, 1), type), g = rand(1, heads, t, dim).to(type);
                Row($"heads {heads}/{kv} of {dim} T={t}", 1, () =>
                {
                    using var inner = NewDisposeScope();
                    nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true).backward(new[] { g });
                    q.grad = null;
                    k.grad = null;
                    v.grad = null;
                });
            }
    }

    static Tensor Leaf(Tensor tensor, ScalarType type) => tensor.to(type).detach().requires_grad_(true);

    static void Row(string name, double seconds, Action run)
    {
        run();
        double best = double.MaxValue, cpu = double.MaxValue;
        long begun = Stopwatch.GetTimestamp();
        for (int round = 0; round < 2 || Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds; round++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            cpu = Math.Min(cpu, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }
        string peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM"))[6..^2].Trim();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"row {name}: {best:E4} s {cpu:E4} cpu-s {peak} kB"));
    }
}
