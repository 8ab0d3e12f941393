import AssayFormats
import FoundationEssentials
import Testing

/// A Chromium without a window, where the machine has one.
enum Browser {
  /// The program; nil where there is none. What Ubuntu has under this name only sends to its shop.
  static let program: String? = ["chromium", "chromium-browser", "google-chrome-stable"].lazy
    .flatMap { name in ["/usr/bin/", "/usr/local/bin/", "/bin/"].map { $0 + name } }
    .first { path in
      guard let bytes = FileManager.default.contents(atPath: path) else { return false }
      let start = String(decoding: bytes.prefix(4096), as: UTF8.self)
      return FileManager.default.isExecutableFile(atPath: path) && !start.contains("/snap")
    }

  static let missing: Comment = "there is no Chromium on this machine; 'Scripts/bootstrap browser' installs it"

  enum Scheme: Int, Sendable { case dark, light }

  /// The document of a page after its scripts have run, and what the console said.
  static func open(
    _ page: String, in place: Workspace, scheme: Scheme = .light
  ) async throws -> (document: String, console: [String]) {
    let program = try #require(program)
    let name = "browser-\(scheme)-\(page.split(separator: "/").last ?? "")"
    let arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--no-first-run", "--user-data-dir=\(place.file(name))",
      "--window-size=1440,900", "--enable-logging=stderr", "--blink-settings=preferredColorScheme=\(scheme.rawValue)",
      "--virtual-time-budget=4000", "--dump-dom", "file://\(place.file(page))",
    ]
    let ending = try await ChildProcess(
      program, arguments, environment: ["HOME": place.path], folder: place.path, log: place.file("log-\(name)")
    ).end()
    try #require(ending.code == 0, "Chromium ended with \(ending.code): \(ending.errors)")
    return (ending.output, ending.errors.split(separator: "\n").map(String.init).filter { $0.contains("CONSOLE") })
  }

  /// What a page looks like in frames of several widths, one object each, in no order.
  ///
  /// A copy of the page is looked at by a script of the tests: the page itself lets none run.
  static func measure(
    _ page: String, in place: Workspace, scheme: Scheme, widths: [Int]
  ) async throws -> [JSONValue] {
    var copy = try #require(place.text(page))
    let policy = try #require(copy.firstRange(of: /<meta http-equiv="Content-Security-Policy"[^>]*>/))
    copy.removeSubrange(policy)
    try place.write(copy + probe, to: "probe-\(scheme).html")
    let frames = widths.map { "<iframe src=\"probe-\(scheme).html\" style=\"width:\($0)px;height:700px\"></iframe>" }
    try place.write(frames.joined() + collector, to: "frames-\(scheme).html")
    let found = try await open("frames-\(scheme).html", in: place, scheme: scheme)
    #expect(found.console == [])
    let lines = found.document.matches(of: /\{"width[^\n]*\}/).map { String($0.0) }
    return try lines.map { try JSONParser.parse($0) }
  }

  private static let collector = """
    <pre id="found"></pre>
    <script>addEventListener("message", event => { found.append(event.data + "\\n") })</script>
    """

  /// Tells the widths, what was fetched, and every text whose contrast with its ground is below 4.5 (WCAG 2.2, 1.4.3).
  private static let probe = """
    <script>
    const parts = colour => (colour.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number)
    const light = colour => { const [r, g, b] = parts(colour).slice(0, 3).map(value => { const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4 }); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
    const ground = element => { for (let at = element; at; at = at.parentElement) {
      const box = at.matches("g.node") ? at.querySelector("rect.box") : null
      const colour = box ? getComputedStyle(box).fill : getComputedStyle(at).backgroundColor
      if (parts(colour)[3] !== 0 && colour !== "transparent") return colour } return "rgb(255, 255, 255)" }
    addEventListener("load", () => {
      const faint = []
      for (const element of document.querySelectorAll("body *")) {
        if (element.closest("title, script, style")) continue
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue
        const style = getComputedStyle(element)
        const pair = [light(element instanceof SVGElement ? style.fill : style.color), light(ground(element))].sort((a, b) => b - a)
        const contrast = (pair[0] + 0.05) / (pair[1] + 0.05)
        if (contrast < 4.5) faint.push(element.tagName + " " + element.textContent.slice(0, 30) + " " + contrast.toFixed(2))
      }
      const root = document.documentElement
      parent.postMessage(JSON.stringify({ width: innerWidth, room: root.clientWidth, needed: root.scrollWidth,
        ground: getComputedStyle(document.body).backgroundColor, ink: getComputedStyle(document.body).color,
        fetched: performance.getEntriesByType("resource").map(entry => entry.name), faint: faint,
        height: Math.min(...[...document.querySelectorAll("svg[role=img]")].map(svg => svg.getBoundingClientRect().height)) }), "*")
    })
    </script>
    """
}
