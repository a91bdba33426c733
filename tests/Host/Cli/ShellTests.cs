// Commands in process: exit code, stdout, stderr.
using System.Text.Json;
using FastTune.Cli;
using Xunit;

namespace FastTune.Tests.Host.Cli;

public class ShellTests
{
    private static (int Code, string Out, string Error) Run(params string[] args)
    {
        var terminal = new BufferTerminal();
        int code = Shell.Run(args, terminal);
        return (code, terminal.Out.ToString()!, terminal.Error.ToString()!);
    }

    [Theory]
    [InlineData("trian", "no verb named 'trian'; did you mean train?")]
    [InlineData("zzz", "no verb named 'zzz'\n")]
    [InlineData("\u001b[31mred", "no verb named '\\u001b[31mred'")]
    public void An_unknown_verb_is_wrong_usage(string verb, string part)
    {
        var (code, output, error) = Run(verb);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(part, error);
        Assert.Contains("usage: fasttune", error);
        Assert.DoesNotContain('\u001b', error);
    }

    [Fact]
    public void No_verb_prints_the_usage_on_stderr()
    {
        var (code, output, error) = Run();
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("usage: fasttune", error);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("help", "train")]
    [InlineData("chat", "--help")]
    [InlineData("help", "env")]
    public void Help_is_on_stdout_within_a_hundred_columns(params string[] args)
    {
        var (code, output, error) = Run(args);
        Assert.Equal((0, ""), (code, error));
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
        Assert.Contains("fasttune", output);
    }

    [Theory]
    [InlineData(2, "train")]
    [InlineData(2, "version", "--wat")]
    [InlineData(2, "help", "nothing")]
    [InlineData(1, "train", "lora_rnk=3")]
    [InlineData(1, "train", "/nowhere/recipe.yaml")]
    [InlineData(1, "train", "model_name_or_path=\u001b]0;x\u0007", "stage=\u001b")]
    public void An_error_is_one_line_on_stderr(int expected, params string[] args)
    {
        var (code, output, error) = Run(args);
        Assert.Equal((expected, ""), (code, output));
        Assert.StartsWith("fasttune: ", error);
        Assert.Equal(error.Length - 1, error.IndexOf('\n'));
        Assert.DoesNotContain(error[..^1], char.IsControl);
    }

    [Fact]
    public void The_stack_trace_comes_with_verbose_only() =>
        Assert.Contains(" at FastTune.Config.", Run("train", "lora_rnk=3", "--verbose").Error);

    [Fact]
    public void Version_is_one_line()
    {
        var (code, output, _) = Run("version");
        Assert.Equal(0, code);
        Assert.Matches(@"^fasttune \d+\.\d+\.\d+\n$", output);
    }

    [Fact]
    public void Env_as_JSON_holds_what_benches_divide_by()
    {
        var (code, output, _) = Run("env", "--json");
        var root = JsonDocument.Parse(output).RootElement;
        Assert.Equal(0, code);
        Assert.Equal(Environment.ProcessorCount, root.GetProperty("cores").GetInt32());
        Assert.InRange(root.GetProperty("fma_gflops").GetDouble(), 0.1, 1e6);
        Assert.Contains(root.GetProperty("devices").EnumerateArray(), device => device.GetProperty("name").GetString() == "cpu" && device.GetProperty("usable").GetBoolean());
        Assert.All(root.GetProperty("devices").EnumerateArray(), device => Assert.NotEmpty(device.GetProperty("note").GetString()!));
    }
}
