import SandboxAPIs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Serves the examples' APIs until it is told to stop.
@main
struct SandboxCommand {
  static func main() async {
    do {
      let options = try SandboxOptions(Array(CommandLine.arguments.dropFirst()))
      if options.help {
        print(SandboxOptions.usage)
      } else if let folder = options.writeData {
        try writeData(to: folder)
      } else {
        try await serve(options)
      }
    } catch {
      TextDescriptor.standardError.write("assay-sandbox: \(error)\n")
      exit(2)
    }
  }

  private static func serve(_ options: SandboxOptions) async throws {
    let signals = TerminationSignals()
    let sandbox = try await Sandbox.start(port: options.port)
    if let file = options.portFile { try WrittenFile.write("\(sandbox.port)\n", to: file) }
    TextDescriptor.standardOutput.write("listening on \(sandbox.baseURL)\n")
    await signals.first()
    await sandbox.stop()
  }

  private static func writeData(to folder: String) throws(SandboxError) {
    try WrittenFile.makeFolder(folder)
    for file in ExampleFiles.all { try WrittenFile.write(file.text, to: folder + "/" + file.name) }
  }
}
