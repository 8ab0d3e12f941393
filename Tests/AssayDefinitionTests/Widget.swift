import AssayDefinition

/// A component with a key of every kind.
struct Widget: Component {
  enum Color: String, ConfigChoice {
    case red, green, blue
  }

  struct Box: ConfigObject {
    var width = 1
    var label: String?

    static let schema = Schema(
      "box", Box(), summary: "A box.",
      keys: [
        Key("width", \.width, required: true, range: 1...10, "How wide."),
        Key("label", \.label, "What is written on it."),
      ])
  }

  var name = ""
  var size = 3
  var count: Int?
  var ratio = 0.5
  var flag = false
  var wait = Duration.seconds(1)
  var share: Share?
  var bytes = ByteCount(1024)
  var tags: [String] = []
  var numbers: [Int] = []
  var labels = Named<String>()
  var color = Color.red
  var address: Template?
  var box: Box?
  var token: String?
  var low = 0
  var high = 10

  static let schema = Schema(
    "widget", Widget(), summary: "A widget.",
    keys: [
      Key("name", \.name, required: true, "A name."),
      Key("size", \.size, range: 1...9, "A size."),
      Key("count", \.count, range: 0...Int.max, "A count."),
      Key("ratio", \.ratio, "A ratio."),
      Key("flag", \.flag, "A flag."),
      Key("wait", \.wait, "A duration."),
      Key("share", \.share, "A share."),
      Key("bytes", \.bytes, "Bytes."),
      Key("tags", \.tags, "Texts."),
      Key("numbers", \.numbers, "Integers."),
      Key("labels", \.labels, "Names with texts."),
      Key("color", \.color, "A color."),
      Key("address", \.address, "A template."),
      Key("box", \.box, "A box."),
      Key("token", \.token, secret: true, "A secret."),
      Key("low", \.low, "The lowest."),
      Key("high", \.high, "The highest."),
    ],
    rules: [
      Rule("high") { $0.high < $0.low ? "'high' is below 'low'" : nil },
      Rule("ratio", code: .badExpression) { $0.ratio < 0 ? "'ratio' is negative" : nil },
    ])

  /// Reads a widget and everything that is wrong with it.
  static func read(_ text: String, _ variables: Variables = Variables()) -> (widget: Widget?, context: Decoding) {
    let context = Decoding(variables: variables, catalogue: Catalogue())
    let (root, found) = YAMLReader.read(text)
    context.add(found)
    guard let root else { return (nil, context) }
    return (context.within("the widget") { schema.decode(root, context) }, context)
  }
}
