// The table (C-016): what the library says, and whether the server may have acted.
#include "kubeclient/transport/failure.h"

#include "test/catch.h"

namespace windlass::failure_test {
namespace {

constexpr long kVerifyFailed = 0x0A000086;
constexpr long kAlertBadCertificate = 0x0A000000 + 1000 + 42;
constexpr long kAlertInternalError = 0x0A000000 + 1000 + 80;

TEST_CASE("failures are classified by where they happened (C-016)") {
  struct Row {
    long code;
    std::string text;
    bool read_only;
    bool sent;
    ErrorKind want;
  };
  const Row row = GENERATE(values<Row>({
      {113, "Failed to connect to any resolved endpoint", false, true, ErrorKind::kNotSent},
      {110, "Failed to connect to any resolved endpoint", false, true, ErrorKind::kNotSent},
      {1, "Error resolving address", false, true, ErrorKind::kNotSent},
      {1, "Error resolving proxy address", false, true, ErrorKind::kNotSent},
      {113, "Failed to connect to any resolved proxy endpoint", false, true, ErrorKind::kNotSent},
      {32, "Failed to send connect request to proxy.", false, true, ErrorKind::kNotSent},
      {2, "Failed to read HTTP status line from proxy", false, true, ErrorKind::kNotSent},
      {0, "Invalid HTTP status line during proxy connection", false, true, ErrorKind::kNotSent},
      {0, "Expected a 200 response from proxy, received: 407", false, true, ErrorKind::kNotSent},
      {kVerifyFailed, "Error in SSL handshake", false, true, ErrorKind::kTls},
      {kAlertBadCertificate, "Error in SSL handshake", false, true, ErrorKind::kTls},
      {104, "Error in SSL handshake", false, true, ErrorKind::kNotSent},
      {1, "Error in SSL handshake", false, true, ErrorKind::kNotSent},
      {110, "Error in SSL handshake", false, true, ErrorKind::kNotSent},
      {32, "Failed to write request headers", false, true, ErrorKind::kNotSent},
      {104, "Failed to write request headers", true, true, ErrorKind::kNotSent},
      {32, "Failed to write request body", false, true, ErrorKind::kNotSent},
      {0, "Unexpected end of request body stream encountered before Content-Length satisfied.",
       false, false, ErrorKind::kNotSent},
      {2, "Failed to read HTTP status line", false, true, ErrorKind::kAmbiguous},
      {104, "Failed to read HTTP status line", true, true, ErrorKind::kAmbiguous},
      {110, "Failed to read HTTP status line", false, true, ErrorKind::kAmbiguous},
      {kAlertBadCertificate, "Failed to read HTTP status line", false, true, ErrorKind::kTls},
      {kAlertInternalError, "Failed to read HTTP status line", false, true, ErrorKind::kAmbiguous},
      {0, "Invalid HTTP status line", true, true, ErrorKind::kMalformed},
      {0, "Invalid HTTP status line", false, true, ErrorKind::kAmbiguous},
      {0, "Invalid chunked response header", true, true, ErrorKind::kMalformed},
      {2, "cannot rewind input stream for connection re-establishment", false, true,
       ErrorKind::kAmbiguous},
      {2, "Failed to read chunked response part", true, true, ErrorKind::kAmbiguous},
      {2, "Failed to read response body", false, true, ErrorKind::kAmbiguous},
      {110, "Retrieving message chunk header", true, true, ErrorKind::kAmbiguous},
      {125, "Operation canceled", false, true, ErrorKind::kCancelled},
      {125, "Request canceled by user.", false, false, ErrorKind::kCancelled},
      {0, "something new", false, true, ErrorKind::kAmbiguous},
      {0, "something new", false, false, ErrorKind::kNotSent},
  }));
  CAPTURE(row.code, row.text, row.read_only);
  CHECK(Name(Classify({row.code, row.text, row.read_only, row.sent})) == Name(row.want));
}

TEST_CASE("what a proxy did is told apart") {
  struct Row {
    std::string text;
    std::optional<ProxyFailure> want;
  };
  const Row row = GENERATE(values<Row>({
      {"Error resolving proxy address", ProxyFailure{ProxyFault::kUnreachable}},
      {"Failed to connect to any resolved proxy endpoint", ProxyFailure{ProxyFault::kUnreachable}},
      {"Failed to send connect request to proxy.", ProxyFailure{ProxyFault::kHungUp}},
      {"Failed to read HTTP status line from proxy", ProxyFailure{ProxyFault::kHungUp}},
      {"Invalid HTTP status line during proxy connection", ProxyFailure{ProxyFault::kNoHttp}},
      {"Expected a 200 response from proxy, received: 407",
       ProxyFailure{ProxyFault::kRefused, 407}},
      {"Failed to read HTTP status line", std::nullopt},
      {"Failed to connect to any resolved endpoint", std::nullopt},
  }));
  CAPTURE(row.text);
  CHECK(ProxyFailureOf(row.text) == row.want);
}

}  // namespace
}  // namespace windlass::failure_test
