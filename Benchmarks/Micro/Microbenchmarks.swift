import FoundationEssentials

/// Times Assay's kernels by themselves, in one process on one thread, and prints a line for each: its name, what of the
/// data it worked on, MB/s, and nanoseconds for each of the items that the data column counts, parted by tabs.
///
/// It is called by `Scripts/bench micro`: `assay-microbenchmarks ROUNDS CSV JSON JSONL XML CSV.GZ`.
@main
enum Microbenchmarks {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 7, let rounds = Int(arguments[1]), rounds > 0 else {
      throw Unusable(reason: "usage: assay-microbenchmarks ROUNDS CSV JSON JSONL XML CSV.GZ")
    }
    let files = try arguments[2...].map { try [UInt8](Data(contentsOf: URL(filePath: $0))) }
    let csv = try Table(csv: files[0])
    var kernels = csv.kernels(document: files[0])
    kernels += try csv.gradingKernels()
    kernels += documentKernels(json: files[1], lines: files[2], xml: files[3], gzip: files[4], text: files[0].count)
    for kernel in kernels { print(try kernel.measured(rounds: rounds)) }
  }
}

/// Why nothing could be measured.
struct Unusable: Error, CustomStringConvertible {
  var reason: String
  var description: String { reason }
}
