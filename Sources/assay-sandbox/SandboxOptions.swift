import SandboxAPIs

/// The flags of the command.
struct SandboxOptions {
  var port = 0
  var portFile: String?
  var writeData: String?
  var help = false

  static let usage = """
    Serves made-up APIs on 127.0.0.1, for examples and tests: a CRM, geocoding, census data, exchange rates.

    usage: assay-sandbox [--port PORT] [--port-file FILE]
           assay-sandbox --write-data DIR

      --port PORT        the port to listen on; 0, the default, takes a free one
      --port-file FILE   write the port to FILE once connections are accepted
      --write-data DIR   write the data files of examples/customers to DIR, and end
      --help             show this text

    \(Sandbox.routes)

    Ask for faults with a prefix of the path, /fault/SPEC/crm/customers, with the query parameter _fault=SPEC,
    or with the header X-Sandbox-Fault. SPEC is a list such as status=503,first=2 of

    \(Sandbox.faultGrammar)

    /__requests counts the requests of each path, /__reset starts again.
    """

  /// Takes `--name value` and `--name=value`.
  init(_ arguments: [String]) throws(SandboxError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let name = String(argument.prefix { $0 != "=" })
      if name == "--help" || argument == "-h" {
        help = true
        continue
      }
      guard ["--port", "--port-file", "--write-data"].contains(name) else {
        throw SandboxError(message: "unknown argument \(argument); see --help")
      }
      let attached = argument.utf8.count > name.utf8.count ? String(argument.dropFirst(name.count + 1)) : nil
      guard let value = attached ?? rest.popFirst(), !value.isEmpty else {
        throw SandboxError(message: "\(name) needs a value; see --help")
      }
      switch name {
      case "--port":
        guard let number = Int(value), (0...65535).contains(number) else {
          throw SandboxError(message: "--port takes a number from 0 to 65535, not \(value)")
        }
        port = number
      case "--port-file": portFile = value
      default: writeData = value
      }
    }
  }
}
