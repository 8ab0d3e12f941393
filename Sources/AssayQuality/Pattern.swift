import AssayColumns
import CPCRE2

/// Why a pattern does not compile.
package struct PatternFault: Error, Sendable, Hashable {
  package var pattern: String
  /// What is wrong, in the library's words.
  package var message: String
  /// The byte of the pattern (UTF-8, from 0) at which it shows.
  package var offset: Int
}

/// Checks that a pattern compiles: what a pipeline file's `pattern` is judged by before anything runs.
package func validatePattern(_ pattern: String) throws(PatternFault) { _ = try Pattern(pattern) }

/// A compiled PCRE2 pattern over UTF-8 text.
///
/// It matches anywhere in a text: anchor it with `^` and `$` (better `\z`, since `$` also matches before a last line
/// break) to match the whole.
package final class Pattern: Sendable {
  /// Steps that one match may take before it counts as hostile: tens of milliseconds.
  static let matchLimit: UInt32 = 1_000_000
  /// Nested backtracking points of the interpreter, where there is no JIT.
  static let depthLimit: UInt32 = 100_000
  /// KiB that the interpreter may take from the heap.
  static let heapLimit: UInt32 = 20_000

  package let text: String
  // PCRE2 never writes to a compiled pattern after pcre2_jit_compile, which is called before `init` returns, so
  // sharing it between threads is safe (pcre2api, "Multithreading").
  nonisolated(unsafe) private let code: OpaquePointer
  private let isJIT: Bool

  package init(_ text: String) throws(PatternFault) {
    var error: Int32 = 0
    var offset = 0
    let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_NEVER_BACKSLASH_C)
    let bytes = Array(text.utf8)
    let compiled = bytes.withUnsafeBufferPointer { pattern in
      // An empty array may have no address, and NULL with length 0 is refused by older versions.
      var none: UInt8 = 0
      return withUnsafePointer(to: &none) {
        pcre2_compile_8(pattern.baseAddress ?? $0, pattern.count, options, &error, &offset, nil)
      }
    }
    guard let compiled else {
      throw PatternFault(pattern: text, message: errorText(error), offset: offset)
    }
    // Where the machine has no JIT the interpreter matches the same.
    isJIT = pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE)) == 0
    self.text = text
    code = compiled
  }

  deinit { pcre2_code_free_8(code) }

  /// A matcher for one thread.
  package func makeMatcher() -> PatternMatcher { PatternMatcher(self, code, isJIT: isJIT) }
}

/// Matches one pattern on one thread: it holds the working memory that a match needs.
package final class PatternMatcher {
  private let pattern: Pattern
  private let code: OpaquePointer
  private let isJIT: Bool
  private let data: OpaquePointer?
  private let context: OpaquePointer?
  private let stack: OpaquePointer?

  fileprivate init(_ pattern: Pattern, _ code: OpaquePointer, isJIT: Bool) {
    self.pattern = pattern
    self.code = code
    self.isJIT = isJIT
    data = pcre2_match_data_create_8(1, nil)
    context = pcre2_match_context_create_8(nil)
    stack = pcre2_jit_stack_create_8(32 * 1024, 1024 * 1024, nil)
    pcre2_set_match_limit_8(context, Pattern.matchLimit)
    pcre2_set_depth_limit_8(context, Pattern.depthLimit)
    pcre2_set_heap_limit_8(context, Pattern.heapLimit)
    pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
  }

  deinit {
    pcre2_match_data_free_8(data)
    pcre2_match_context_free_8(context)
    pcre2_jit_stack_free_8(stack)
  }

  /// Whether the pattern matches somewhere in a text, which must be valid UTF-8. Throws where a limit is hit.
  package func matches(_ text: Span<UInt8>) throws(GradingFault) -> Bool {
    var none: UInt8 = 0
    let result = withUnsafePointer(to: &none) { empty in
      text.withUnsafeBufferPointer { bytes in
        isJIT
          ? pcre2_jit_match_8(code, bytes.baseAddress ?? empty, bytes.count, 0, 0, data, context)
          : pcre2_match_8(
            code, bytes.baseAddress ?? empty, bytes.count, 0, UInt32(PCRE2_NO_UTF_CHECK), data, context)
      }
    }
    // 0 says that there were more groups than `data` has room for: a match all the same.
    if result >= 0 { return true }
    if result == PCRE2_ERROR_NOMATCH { return false }
    throw GradingFault(
      .patternLimit,
      """
      the pattern '\(pattern.text)' cannot be matched against a text of \(text.count) bytes: \(errorText(result)); \
      write it with less room for backtracking
      """)
  }
}

private func errorText(_ code: Int32) -> String {
  var buffer = [UInt8](repeating: 0, count: 256)
  let count = pcre2_get_error_message_8(code, &buffer, buffer.count)
  guard count > 0 else { return "error \(code)" }
  return String(decoding: buffer.prefix(Int(count)), as: UTF8.self)
}
