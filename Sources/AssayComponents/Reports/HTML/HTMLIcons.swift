/// Small drawings that stand beside words, never for them.
enum HTMLIcons {
  /// The drawings, once for the page.
  static let definitions: Markup = """
    <svg width="0" height="0" aria-hidden="true" class="defs"><defs>
    <symbol id="i-good" viewBox="0 0 16 16"><path d="M3.2 8.6l3.1 3.1 6.5-7"/></symbol>
    <symbol id="i-bad" viewBox="0 0 16 16"><path d="M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6"/></symbol>
    <symbol id="i-warn" viewBox="0 0 16 16"><path d="M8 3v6.2M8 12.6v.2"/></symbol>
    <symbol id="i-none" viewBox="0 0 16 16"><path d="M4 8h8"/></symbol>
    <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
    <path class="hatch" d="M0 0v5"/></pattern>
    </defs></svg>
    """

  /// The icon of a tone: `good`, `warn`, `bad` or `none`.
  static func icon(_ tone: String) -> Markup {
    "<svg class=\"icon\" width=\"16\" height=\"16\" aria-hidden=\"true\"><use href=\"#i-\(tone)\"/></svg>"
  }
}
