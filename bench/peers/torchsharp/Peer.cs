// The peer a .NET user would pick instead: libtorch (TorchSharp), eager, written as HF transformers + PEFT run it.
// One LoRA SFT step (all seven linears, r=16, AdamW on fp32 adapters) on a Llama-shaped model with random weights.
// Usage: torchpeer DTYPE(bf16|fp32) BATCH SEQ STEPS [--shape smol135|tiny|qwen05]
// Or the rows of one op (PeerRows.cs): torchpeer matmul|attention DTYPE
using TorchSharp; using static TorchSharp.torch; using System.Diagnostics;
if (args[0] is "matmul" or "attention") { PeerRows.Run(args[0], args[1]=="bf16"?ScalarType.BFloat16:ScalarType.Float32); return; }
var dt = args[0]=="bf16"?ScalarType.BFloat16:ScalarType.Float32; int B=int.Parse(args[1]),S=int.Parse(args[2]),steps=int.Parse(args[3]);
string shape = args.SkipWhile(a=>a!="--shape").Skip(1).FirstOrDefault()??"smol135";
var (H,L,NH,NKV,FF,V)= shape switch { "smol135"=>(576,30,9,3,1536,49152), "tiny"=>(64,2,4,2,128,256), "qwen05"=>(896,24,14,2,4864,151936), _=>throw new Exception()};
int hd=H/NH, r=16; double scale=2.0; torch.set_num_threads(Environment.ProcessorCount); torch.manual_seed(1);
var lora=new List<TorchSharp.Modules.Parameter>();
Lin mk(int i,int o)=>new Lin(randn(o,i).mul_(0.02).to(dt), Param(randn(r,i).mul_(0.01)), Param(zeros(o,r)), scale, dt);
Tensor Param(Tensor t){ var p=new TorchSharp.Modules.Parameter(t.detach(),true); lora.Add(p); return p; }
var emb=randn(V,H).mul_(0.02).to(dt); var layers=Enumerable.Range(0,L).Select(_=>new { n1=ones(H,dtype:dt), n2=ones(H,dtype:dt), q=mk(H,H),k=mk(H,NKV*hd),v=mk(H,NKV*hd),o=mk(H,H),g=mk(H,FF),u=mk(H,FF),d=mk(FF,H)}).ToArray(); var nf=ones(H,dtype:dt);
var inv=pow(10000.0, -arange(0,hd,2,dtype:float32)/hd); var pos=arange(S,dtype:float32); var fr=outer(pos,inv); var e2=cat(new[]{fr,fr},-1); var cos=e2.cos().to(dt); var sin=e2.sin().to(dt);
Tensor rms(Tensor x, Tensor w){ var f=x.to(float32); var y=f*rsqrt(f.pow(2).mean(new long[]{-1},true)+1e-5); return w*y.to(dt); }
Tensor rot(Tensor x){ var h=x.chunk(2,-1); return cat(new[]{-h[1],h[0]},-1); }
Tensor rope(Tensor x)=> x*cos + rot(x)*sin;
Tensor block(Tensor x,int i){ var l=layers[i]; var h=rms(x,l.n1);
  var q=rope(l.q.F(h).view(B,S,NH,hd).transpose(1,2)); var k=rope(l.k.F(h).view(B,S,NKV,hd).transpose(1,2)); var v=l.v.F(h).view(B,S,NKV,hd).transpose(1,2);
  k=k.repeat_interleave(NH/NKV,1); v=v.repeat_interleave(NH/NKV,1);
  var a=nn.functional.scaled_dot_product_attention(q,k,v,is_casual:true).transpose(1,2).reshape(B,S,H); x=x+l.o.F(a);
  h=rms(x,l.n2); return x+l.d.F(nn.functional.silu(l.g.F(h))*l.u.F(h)); }
var opt=optim.AdamW(lora,1e-4); var sw=new Stopwatch(); double best=1e9;
for(int s=0;s<=steps;s++){ using var scope=NewDisposeScope(); var ids=randint(0,V,new long[]{B,S}); var c0=Process.GetCurrentProcess().TotalProcessorTime; if(s>0) sw.Restart();
  var x=emb.index_select(0,ids.reshape(-1)).view(B,S,H); for(int i=0;i<L;i++) x=block(x,i); x=rms(x,nf);
  var logits=matmul(x,emb.t()).to(float32); var loss=nn.functional.cross_entropy(logits.narrow(1,0,S-1).reshape(-1,V), ids.narrow(1,1,S-1).reshape(-1));
  opt.zero_grad(); loss.backward(); nn.utils.clip_grad_norm_(lora,1.0); opt.step(); var lv=loss.item<float>();
  if(s>0){ best=Math.Min(best,sw.Elapsed.TotalSeconds); Console.WriteLine($"step {s} loss {lv:F4} {B*S/sw.Elapsed.TotalSeconds:F1} tok/s {(Process.GetCurrentProcess().TotalProcessorTime-c0).TotalSeconds:F2} cpu-s"); } }
var hwm=File.ReadLines("/proc/self/status").First(l=>l.StartsWith("VmHWM")); Console.WriteLine($"RESULT {args[0]} B={B} S={S} {shape}: best {B*S/best:F1} tok/s  {hwm.Replace('\t',' ')}");
record Lin(Tensor W,Tensor A,Tensor Bm,double Scale,ScalarType Dt){ public Tensor F(Tensor x)=> matmul(x,W.t()) + matmul(matmul(x.to(float32),A.t()),Bm.t()).mul(Scale).to(Dt); }
