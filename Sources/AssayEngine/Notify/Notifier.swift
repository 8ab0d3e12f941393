package import AssayDefinition
package import AssayHTTP

/// Somebody who is told how runs end: a notifier makes the message, the engine sends it.
package protocol Notifier: Sendable {
  /// What it is told of where the file does not say.
  var defaultEvents: [NoticeEvent] { get }
  /// What is wrong with it being told of these events; nil where nothing is.
  func complaint(about events: [NoticeEvent]) -> String?
  /// The message that tells of a notice; nil where it has nothing to say of it.
  func message(_ notice: Notice) -> NoticeMessage?
  /// What is sent as soon as a run has begun; nil for nothing.
  var startMessage: NoticeMessage? { get }
  /// How messages prove who sends them; nil for not at all.
  var auth: Choice<AuthFamily>? { get }
  /// Whom https:// connections trust beside the system's authorities; nil for nobody.
  var tls: TLSDeclaration? { get }
  /// Whether its addresses are secrets, of which no part is told.
  var hasSecretAddress: Bool { get }
}

extension Notifier {
  package var defaultEvents: [NoticeEvent] { [.failure, .recovery, .missed] }
  package func complaint(about events: [NoticeEvent]) -> String? { nil }
  package var startMessage: NoticeMessage? { nil }
  package var auth: Choice<AuthFamily>? { nil }
  package var tls: TLSDeclaration? { nil }
  package var hasSecretAddress: Bool { false }
}

/// A request that tells of something.
package struct NoticeMessage: Sendable, Hashable {
  package var method: HTTPMethod
  /// A whole address.
  package var url: String
  package var headers: HeaderFields
  package var body: [UInt8]
  /// The key of the file that has the address, of a notifier with several; nil for the only one.
  package var addressKey: String?

  package init(_ method: HTTPMethod, _ url: String, headers: HeaderFields = [:], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}
