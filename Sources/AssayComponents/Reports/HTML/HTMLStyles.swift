/// The look of the page: light and dark, screen and paper, narrow and wide.
enum HTMLStyles {
  static let sheet: Markup = "\(colours)\(frame)\(scores)\(checks)\(columns)\(graph)\(paper)"

  /// Each text colour has a contrast of 4.5 at least on both grounds.
  private static let colours: Markup = """

    :root{color-scheme:light dark;--bg:#f5f5f2;--card:#fff;--ink:#1b1f24;--soft:#59616a;--line:#e2e2dc;--wash:#efefea;\
    --blue:#2c5f92;--blue2:#8fb3d6;--good:#1b6e45;--good2:#e1f1e8;--warn:#85500a;--warn2:#fbeed9;--amber:#d98a1f;\
    --bad:#b0261d;--bad2:#fbe6e4;--shadow:0 1px 2px rgb(20 25 30/.05),0 2px 8px rgb(20 25 30/.04)}
    @media screen and (prefers-color-scheme:dark){:root{--bg:#111417;--card:#1a1e22;--ink:#e8eaec;--soft:#a2abb4;\
    --line:#2c3238;--wash:#23282e;--blue:#8ab8e6;--blue2:#3f678f;--good:#77cd9f;--good2:#17331f;--warn:#e5b662;\
    --warn2:#392b12;--amber:#d9962f;--bad:#f4978e;--bad2:#441f1c;--shadow:none}}

    """

  private static let frame: Markup = """
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:1120px;padding:28px 24px 48px;background:var(--bg);color:var(--ink);\
    font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere;\
    font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
    h1,h2,h3,h4,p,ul,ol,dl,dd{margin:0;padding:0}
    ul,ol{list-style:none}
    h1{font-size:30px;line-height:1.2;letter-spacing:-.015em;font-weight:650}
    h2{font-size:20px;line-height:1.3;letter-spacing:-.01em;font-weight:650}
    h3{font-size:14px;font-weight:600}
    h4{font-size:15px;font-weight:600}
    a{color:var(--blue)}
    code,bdi{unicode-bidi:isolate}
    code{font:.92em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap}
    .defs{position:absolute}
    .icon{fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;flex:none}
    .hatch{stroke:var(--card);stroke-width:2}
    .card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;box-shadow:var(--shadow)}
    .quiet{color:var(--soft)}
    .good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.none{color:var(--soft)}
    .null{color:var(--soft);font-style:italic}
    .n{text-align:right;white-space:nowrap}
    .brand{font-weight:700;letter-spacing:.02em;color:var(--blue);margin-bottom:14px}
    .brand span{font-weight:400;color:var(--soft);letter-spacing:0}
    .headline{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center}
    .badge{display:inline-flex;align-items:center;gap:6px;border-radius:99px;padding:3px 12px 3px 8px;font-weight:600;font-size:14px}
    .badge.good{background:var(--good2)}.badge.warn{background:var(--warn2)}.badge.bad{background:var(--bad2)}
    .about{color:var(--soft);margin-top:6px;max-width:75ch}
    .lead{font-size:17px;margin-top:10px}
    .facts{display:flex;flex-wrap:wrap;gap:8px 28px;margin-top:16px;font-size:14px}
    .facts dt,.check dt{color:var(--soft);font-size:12.5px}
    .note{margin-top:20px;border-radius:12px;padding:14px 18px;color:var(--ink)}
    .note.bad{background:var(--bad2)}.note.warn{background:var(--warn2)}
    .note h2{font-size:15px;margin-bottom:4px}
    .note li+li{margin-top:4px}
    main>*{margin-top:28px}
    .whole{margin:14px 0}.whole b{font-size:18px;margin-left:6px}
    main>.card>h2{margin-bottom:10px}.card>.quiet{margin-top:10px}p.card.quiet{margin-top:0}
    .title{display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline;margin-bottom:12px}
    .title p{color:var(--soft)}
    .dataset>section{margin-top:22px}
    .dataset>section>h3{font-size:16px;margin-bottom:10px}
    .scroll{overflow-x:auto;max-width:100%;border-radius:6px}
    .scroll:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
    table{border-collapse:collapse;width:100%;font-size:14px}
    caption{text-align:left;color:var(--soft);font-size:13px;padding-bottom:6px}
    th,td{padding:6px 14px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:normal}
    th:last-child,td:last-child{padding-right:0}
    tbody tr:last-child>*{border-bottom:0}
    thead th{color:var(--soft);font-weight:500;font-size:13px;white-space:nowrap}
    tbody th{font-weight:600}
    td code,th code{overflow-wrap:anywhere}
    td>code,td>i{display:inline-block;min-width:min(12ch,100%);max-width:48ch}
    th.n,td.n{text-align:right}
    footer{margin-top:36px;color:var(--soft);font-size:13px}

    """

  private static let scores: Markup = """
    .scores{display:grid;align-items:stretch;gap:14px;grid-template-columns:minmax(0,5fr) minmax(0,6fr)}
    .score{display:flex;flex-direction:column}
    .pair{display:flex;flex:1;gap:22px;align-items:center;margin-top:8px}
    .ring{flex:none}.ring circle{fill:none;stroke-width:9}
    .ring .track{stroke:var(--wash)}.ring .arc{stroke:currentColor}
    .ring text{font-size:21px;font-weight:650;fill:var(--ink);letter-spacing:-.02em}
    .trend{flex:1;min-width:0;max-width:420px;font-size:14px}
    .line{display:block;width:100%;max-width:420px;height:auto;margin:4px 0 2px}
    .line text{font-size:13px;font-weight:600;fill:var(--ink)}
    .stroke{fill:none;stroke:var(--blue);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .area{fill:var(--blue);opacity:.1}
    .grid{stroke:var(--line);fill:none}
    .dot{fill:var(--blue)}.last{fill:var(--blue);stroke:var(--card);stroke-width:1.5}
    .ends{display:flex;justify-content:space-between;gap:8px;color:var(--soft);font-size:12.5px}
    .tiles{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(200px,1fr))}
    .tile{padding:14px 16px}
    .tile h3{color:var(--soft);font-weight:500}
    .number{display:flex;align-items:center;justify-content:space-between;gap:8px;font-size:23px;font-weight:650;line-height:1.3;color:var(--ink)}
    .number{white-space:nowrap}.spark{flex:0 1 80px;min-width:20px;height:auto}.spark .stroke{stroke-width:1.5}
    .bar,.fill{height:5px;border-radius:3px;background:var(--wash);overflow:hidden;margin:4px 0 8px}
    .bar i,.fill i{display:block;height:100%;background:currentColor;border-radius:3px}
    .why{color:var(--soft);font-size:13px;line-height:1.4}

    """

  private static let checks: Markup = """
    .check{margin-top:12px;padding:14px 18px;border-left:4px solid currentColor}
    .check>*{color:var(--ink)}
    .check .top{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:center}
    .check .badge.bad{color:var(--bad)}.check .badge.warn{color:var(--warn)}
    .check h4 span{font-weight:400;color:var(--soft);margin-left:4px}
    .place{margin-left:auto;color:var(--soft);font-size:13px}
    .check dl{display:grid;gap:8px 28px;grid-template-columns:repeat(auto-fit,minmax(min(240px,100%),1fr));margin-top:10px}
    .check .scroll{margin-top:12px;width:fit-content;background:var(--bg);padding:8px 12px;border-radius:8px}
    .check caption{white-space:nowrap}.check table{width:auto;min-width:min(100%,300px)}.check td,.check th{padding-right:28px}
    .passed{margin-top:12px;padding:12px 18px}
    .passed summary{cursor:pointer;font-weight:600;color:var(--good)}
    .passed summary .icon{vertical-align:-3px;margin-right:6px}
    .passed summary:focus-visible{outline:2px solid var(--blue);outline-offset:4px;border-radius:4px}
    .passed ul{margin-top:8px;font-size:14px;columns:2 320px;column-gap:32px}
    .passed li{break-inside:avoid;padding:3px 0}
    .passed b{font-weight:600}

    """

  private static let columns: Markup = """
    .columns{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(min(232px,100%),1fr))}
    .column{padding:12px 14px;display:flex;flex-direction:column}
    .column .top{display:flex;gap:10px;justify-content:space-between;align-items:baseline;margin-bottom:8px}
    .column .top{flex:1 0 auto;align-items:flex-start}.column h4{font-size:14px;min-width:0}
    .type{color:var(--soft);font-size:12.5px;white-space:nowrap}
    .histogram{display:block;width:100%;height:64px}
    .in{fill:var(--blue2)}.out{fill:var(--amber)}.axis{stroke:var(--line);fill:none;vector-effect:non-scaling-stroke}
    .median{stroke:var(--ink);stroke-dasharray:2 3;fill:none;vector-effect:non-scaling-stroke;opacity:.65}
    .column .ends{font-size:11.5px;margin-top:2px;letter-spacing:-.01em;white-space:nowrap}
    .column .ends span:nth-child(2){text-align:center}.column .ends span:last-child{text-align:right}
    .blank{min-height:84px;display:flex;align-items:center;justify-content:center;text-align:center;color:var(--soft);\
    font-size:13px;border:1px dashed var(--line);border-radius:8px;padding:6px}
    .frequencies{min-height:84px;font-size:12.5px;display:grid;gap:2px;align-content:start}
    .frequencies li{position:relative;display:flex;justify-content:space-between;gap:8px;padding:0 6px;line-height:19px;min-width:0}
    .frequencies i:first-child{position:absolute;inset:0 auto 0 0;background:var(--blue2);opacity:.4;border-radius:3px}
    .frequencies .rest i:first-child{background:var(--line);opacity:.9}
    .frequencies span{position:relative;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
    .frequencies code{white-space:pre;font-size:12px}
    .frequencies b{position:relative;font-weight:500;flex:none}
    .column .fill{color:var(--blue2);background:var(--amber);margin:auto 0 6px;height:4px}
    .column .fill{margin-top:10px}
    .marks{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 8px;white-space:nowrap;color:var(--soft);font-size:12.5px}
    .nulls,.outliers{color:var(--warn);font-weight:600}

    """

  private static let graph: Markup = """
    .graph{margin-bottom:18px}
    .graph svg{display:block;max-width:100%;height:auto}.node .facts{font-size:11.5px}
    .edge{fill:none;stroke:var(--soft);stroke-width:1.5;opacity:.55}.edge.broken{stroke-dasharray:4 4}
    .node .box{fill:var(--card);stroke:var(--line);stroke-width:1.5}
    .node.warn .box{stroke:var(--amber)}.node.bad .box{stroke:var(--bad);fill:var(--bad2)}
    .node.cancelled .box{stroke-dasharray:5 4;stroke:var(--soft)}
    .node text{font-size:12px;fill:var(--soft)}.node .name{font-size:13.5px;font-weight:600;fill:var(--ink)}
    .node.bad .facts{fill:var(--bad);font-weight:600}
    .track{fill:var(--wash)}.time,.span rect{fill:var(--blue)}.span .track{fill:var(--wash)}
    .bad .time,.span.bad rect+rect{fill:var(--bad)}
    .when{min-width:120px}.span{display:block;width:100%;height:8px;margin-top:7px}
    .remarks{margin-top:14px;font-size:14px}.remarks li{padding:4px 0 4px 12px;border-left:3px solid var(--line)}
    .remarks .bad{border-color:currentColor}
    .remarks li+li{margin-top:6px}
    @media (max-width:820px){.scores{grid-template-columns:minmax(0,1fr)}.tiles{grid-template-columns:repeat(auto-fit,minmax(158px,1fr))}}
    @media (max-width:480px){body{padding:18px 14px 32px}h1{font-size:25px}.card{padding:14px}.pair{gap:14px}\
    .tiles{grid-template-columns:1fr 1fr;gap:10px}.tile{padding:12px}.number{font-size:20px}.spark{width:52px}\
    .place{margin-left:0}.facts{gap:8px 22px}}
    @media (max-width:400px){.pair{flex-direction:column;align-items:stretch}.ring{align-self:center}}

    """

  private static let paper: Markup = """
    @page{margin:14mm}
    @media print{:root{color-scheme:light;--bg:#fff;--shadow:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}\
    body{max-width:none;padding:0 1px;font-size:12px}.card,.check,.tile,.column,tr{break-inside:avoid}main>.card{break-inside:auto}\
    h2,h3{break-after:avoid}.scroll{overflow:visible}.graph svg{min-width:0!important}\
    .columns{grid-template-columns:repeat(3,1fr)}.scores{grid-template-columns:minmax(0,1fr)}.tiles{grid-template-columns:repeat(4,minmax(0,1fr));gap:8px}.tile{padding:10px}.number{font-size:17px}.spark{width:44px}\
    details::details-content{content-visibility:visible;display:block;height:auto}}

    """
}
