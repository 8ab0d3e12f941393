extension ReferencePages {
  /// How a run talks to APIs, for the page about the file.
  static let connections = """
    ## Answers

    An answer is judged before its body is used or remembered. First come the rules under `responses`: those of the source
    or look-up, then those of its api. They see every status, redirects included, and the first whose `when` holds decides:
    `fail`, `retry`, `not_found` (no rows for a source, the status `not_found` for a look-up), or `accept`. Then comes
    `expect`, which replaces the usual 2xx and names the content type; then the body must be of its format, so that an HTML
    page is not data; and at last a provider's own rules. A 204 is an answer without rows.

    ```yaml
    apis:
      crm:
        base_url: https://crm.example.com
        expect: {content_type: application/json}
        responses:
          - {when: {status: 404}, action: not_found}
          - {when: {status: 500, body_contains: invalid month}, action: fail, message: there is no such month}
          - {when: {path: $.status, in: [BUSY]}, action: retry, retry_after_path: $.seconds}
          - {when: {path: $.error, exists: true}, action: fail}
    ```

    ## Connections

    - Certificates are always verified, against the system's authorities and `tls.ca_file`; nothing switches that off. TLS is
      version 1.2 at least. Files under `tls` are in PEM form; a key may also come as PEM text: `client_key:
      "${secret:CRM_KEY}"`. A file that cannot be used ends the run with exit code 3.
    - At most 5 redirects are followed, never from `https://` to `http://`. Another host gets no credentials: no auth, no
      client certificate, no cookies, none of the headers that the file gives (but `Accept`, `Content-Type` and such), no
      secret in the query; and it is not asked at all where the path or the body holds a secret.
    - Proxies come from the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, and `NO_PROXY` for what is reached without
      (`*`, `example.com` with all names below it, `host:port`, `10.0.0.0/8`); names in lower case come first. A proxy is
      `http://user:password@host:port`, or `socks5://host:port`. `HTTP_PROXY` in capitals does not count where
      `REQUEST_METHOD` is set, since visitors of a CGI script can set it. A `.env` file sets no proxies.

    """
}
