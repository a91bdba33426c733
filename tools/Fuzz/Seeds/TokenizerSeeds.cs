// Good tokenizer files to start from: each kind of model, the parts around it, templates that are programs, a SentencePiece model.
using System.Text;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Fuzz;

internal static class TokenizerSeeds
{
    private const string Bpe = """{"added_tokens":[{"id":3,"content":"<s>","special":true},{"id":4,"content":"</s>","special":true,"lstrip":true,"rstrip":true,"single_word":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":" +"},"content":" "}]},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?i:'s|'t)|\\p{L}+| ?[^\\s\\p{L}]+|\\s+(?!\\S)"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[3],"tokens":["<s>"]}}},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":true,"vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}}""";
    private const string Unigram = """{"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"},{"type":"NFKC"},{"type":"Lowercase"}]},"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["▁",-2.5],["a",-3.0],["▁wor",-1.5],["ds",-4.25]],"byte_fallback":false}}""";
    private const string WordPiece = """{"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"BertProcessing","sep":["[SEP]",2],"cls":["[CLS]",1]},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"some":3,"##s":4,"word":5}}}""";

    public static readonly IReadOnlyList<string> Words =
    [
        "\"type\":", "\"BPE\"", "\"Unigram\"", "\"WordPiece\"", "\"WordLevel\"", "\"Regex\":", "\"(a|aa)+$\"", "\"(.*)*\"", "\"(?<=a+)b\"", "\\\\p{L}", "\"vocab\":", "\"merges\":", "\"Sequence\"", "\"Digits\"", "\"Punctuation\"", "\"UnicodeScripts\"",
        "\"FixedLength\"", "\"Precompiled\"", "\"Strip\"", "\"CTC\"", "{%", "%}", "{{", "}}", "{% for m in range(1000000000) %}", "{% endfor %}", "'a' * 1000000000", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "messages", "| tojson", "namespace",
        "(((((((((", "2147483647",
    ];

    public static IEnumerable<byte[]> Json() => TextSeeds.Bytes(Bpe, Unigram, WordPiece);

    public static IEnumerable<byte[]> Configs() => TextSeeds.Bytes(
        """{"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "additional_special_tokens": ["<x>"], "added_tokens_decoder": {"3": {"content": "<s>", "special": true}, "5": {"content": "<y>"}}, "chat_template": "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message.content | trim }}{% if not loop.last %}\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"}""",
        """{"eos_token": "</s>", "chat_template": [{"name": "default", "template": "{%- set ns = namespace(n=0) -%}{%- macro show(x) -%}{{ x | tojson }}{%- endmacro -%}{%- for m in messages[::1] -%}{%- set ns.n = ns.n + 1 -%}{{ show(m) }}{{ ns.n * 2 }}{{ 'a,b'.split(',') | join('-') ~ eos_token }}{{ messages[0]['content'][:5].upper() }}{%- endfor -%}"}]}""");

    /// <summary>A model of two pieces and its settings, written as protocol buffers by hand.</summary>
    public static IEnumerable<byte[]> SentencePiece()
    {
        byte[] Piece(string text, float score, byte kind) => Field(1, [.. Field(1, Encoding.UTF8.GetBytes(text)), 0x15, .. BitConverter.GetBytes(score), 0x18, kind]);
        yield return [.. Piece("<unk>", 0, 2), .. Piece("<s>", 0, 3), .. Piece("</s>", 0, 3), .. Piece("▁", -1, 1), .. Piece("a", -2, 1), .. Piece("▁a", -1.5f, 1), .. Field(2, [0x18, 1]), .. Field(3, Field(1, Encoding.UTF8.GetBytes("identity")))];
    }

    /// <summary>Loads the folder with a good tokenizer.json beside the damaged configuration, and renders its template.</summary>
    public static void ReadWithConfig(string path)
    {
        string folder = Path.GetDirectoryName(path)!, json = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(json)) File.WriteAllText(json, Bpe);
        var tokenizer = Tokenizer.Load(folder);
        tokenizer.Encode("some <x> text");
        if (tokenizer.ChatTemplate is null) return;
        new JinjaChatTemplate(tokenizer, tokenizer.ChatTemplate, new TemplateOptions(), TimeProvider.System)
            .EncodeMultiturn([new Message(Role.User, "Why?"), new Message(Role.Assistant, "Because.")], new RenderOptions());
    }

    private static byte[] Field(int number, byte[] bytes) => [(byte)(number << 3 | 2), (byte)bytes.Length, .. bytes];
}
