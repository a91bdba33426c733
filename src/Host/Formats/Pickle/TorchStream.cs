// torch.save's stream form (before torch 1.6): five pickles in a row, then the storages, each behind its number of elements.
using System.Buffers.Binary;

namespace FastTune.Formats;

internal sealed class TorchStream
{
    private const long Protocol = 1001;

    // torch.serialization.MAGIC_NUMBER
    private static readonly Int128 _magic = new(0x1950, 0xa86a_20f9_469c_fc6c);

    private readonly MappedFile _file;
    private readonly TorchStorages _storages;
    private long _position;

    private TorchStream(MappedFile file) => (_file, _storages) = (file, new TorchStorages(file.Path));

    /// <summary>Reads the pickles; every storage that the weights mention is found behind them in its exact size.</summary>
    public static object? Read(MappedFile file)
    {
        var stream = new TorchStream(file);
        if (stream.Next() is not Int128 magic || magic != _magic) throw stream.Bad("the pickle is not one of torch.save");
        if (stream.Next() is not Protocol) throw stream.Bad("the version of the file form is not known");
        if (stream.Next() is not PickleMap system) throw stream.Bad("there is no description of the machine that saved it");
        if (system.Items.GetValueOrDefault("little_endian") is false) throw stream.Bad("the weights were saved on a big-endian machine");
        object? root = stream.Next();
        if (stream.Next() is not List<object?> keys) throw stream.Bad("there is no list of storages");
        foreach (object? key in keys) stream.Place(key as string ?? throw stream.Bad("a storage's key is not text"));
        if (stream._storages.ByKey.Values.FirstOrDefault(storage => storage.Start < 0) is { } missing) throw stream._storages.Bad(missing.Key, "is not in the file");
        return root;
    }

    private object? Next()
    {
        int length = (int)Math.Min(_file.Length - _position, PickleMachine.MaxBytes);
        object? value = PickleMachine.Run(_file.Slice(_position, length), _file.Path, _storages, out int consumed);
        _position += consumed;
        return value;
    }

    private void Place(string key)
    {
        var storage = _storages.ByKey.GetValueOrDefault(key) ?? throw _storages.Bad(key, "belongs to no tensor");
        if (storage.Start >= 0) throw _storages.Bad(key, "is listed twice");
        if (_file.Length - _position < sizeof(long)) throw _storages.Bad(key, "is cut off");
        long count = BinaryPrimitives.ReadInt64LittleEndian(_file.Slice(_position, sizeof(long)));
        long start = _position + sizeof(long), left = _file.Length - start;
        int width = storage.Type?.BlockBytes ?? 1;
        if (count < 0 || count > left / width) throw _storages.Bad(key, $"claims {count} elements, the file has {left} bytes more");
        _storages.Place(storage, start, count * width);
        _position = start + storage.Bytes;
    }

    private UserError Bad(string what) => new($"{_file.Path}: {what}: the file is damaged or not weights of torch.save, use the model's safetensors");
}
