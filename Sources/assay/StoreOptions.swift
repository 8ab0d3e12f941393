internal import ArgumentParser
internal import AssayEngine
internal import AssayStore
internal import Glibc

/// What commands that only read a store have in common.
struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The store; assay.db in this folder, or beside the file that --pipeline names, by default.", valueName: "file"))
  var store: String?

  @Option(help: ArgumentHelp("The pipeline: its name, or its file.", valueName: "name or file"))
  var pipeline: String?

  /// The pipeline's name, and the store beside its file where it was named by that.
  private func place() throws -> (store: String, pipeline: String?) {
    // A folder may have the pipeline's name.
    guard let pipeline, access(pipeline, F_OK) == 0, access(pipeline + "/.", F_OK) != 0 else {
      return (store ?? "assay.db", pipeline)
    }
    let file = try PipelineFile(pipeline, params: [], envFile: nil, unsetIsFault: false)
    guard let definition = file.result.definition else {
      file.report(file.result.diagnostics)
      throw ExitStatus(code: 2)
    }
    let folder = file.directory
    return (store ?? (folder.isEmpty ? "assay.db" : "\(folder)/assay.db"), definition.name)
  }

  /// Does something with the store and the pipeline's name, if one was given. A store that is not there ends the command;
  /// none is made.
  func withStore<Value>(_ body: (Store, _ pipeline: String?) async throws -> Value) async throws -> Value {
    let (path, pipeline) = try place()
    guard access(path, F_OK) == 0 else {
      Terminal.error("error: there is no store '\(path)'; name one with --store")
      throw ExitStatus(code: 2)
    }
    do {
      let store = try await Store.open(path)
      do {
        let value = try await body(store, pipeline)
        await store.close()
        return value
      } catch {
        await store.close()
        throw error
      }
    } catch let failure as StoreFailure {
      Terminal.error("error: \(failure)")
      throw ExitStatus(code: 2)
    }
  }
}
