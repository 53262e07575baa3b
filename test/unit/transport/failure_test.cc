// The table of cpp-stack §1.5: what the library says, and whether the server may have acted.
#include "kubeclient/transport/failure.h"

#include "kubeclient/transport/retry_after.h"
#include "kubeclient/transport/secret.h"
#include "kubeclient/transport/server_url.h"
#include "test/catch.h"

namespace windlass {
namespace {

constexpr long kVerifyFailed = 0x0A000086;
constexpr long kAlertBadCertificate = 0x0A000000 + 1000 + 42;
constexpr long kAlertInternalError = 0x0A000000 + 1000 + 80;

TEST_CASE("failures are classified by where they happened") {
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

TEST_CASE("Retry-After is a number of seconds within bounds, or absent (B-73)") {
  struct Row {
    std::string header;
    std::optional<int> want;
  };
  const Row row = GENERATE(values<Row>({
      {"0", 0}, {"1", 1}, {"60", 60}, {"61", 60}, {"1000000000", 60},
      {"99999999999999999999999999", 60}, {" 7 ", 7}, {"007", 7}, {"-5", 0},
      {"", {}}, {" ", {}}, {"-", {}}, {"+5", {}}, {"1.5", {}}, {"1e9", {}}, {"5s", {}},
      {"5, 6", {}}, {"Wed, 21 Oct 2026 07:28:00 GMT", {}},
  }));
  CAPTURE(row.header);
  const std::optional<Duration> got = ParseRetryAfter(row.header);
  REQUIRE(got.has_value() == row.want.has_value());
  if (got) CHECK(*got == Duration(seconds(*row.want)));
}

TEST_CASE("server addresses as kubeconfig files have them") {
  struct Row {
    std::string text;
    std::string want;  // as written out again; empty = refused
    bool loopback;
  };
  const Row row = GENERATE(values<Row>({
      {"https://10.96.0.1", "https://10.96.0.1:443", false},
      {"https://10.96.0.1:6443/", "https://10.96.0.1:6443", false},
      {"https://api.example.com:6443", "https://api.example.com:6443", false},
      {"https://rancher/k8s/clusters/c-1/", "https://rancher:443/k8s/clusters/c-1", false},
      {"https://[fd00::1]:6443", "https://[fd00::1]:6443", false},
      {"https://[::1]", "https://[::1]:443", true},
      {"http://127.0.0.1:8001", "http://127.0.0.1:8001", true},
      {"http://127.3.4.5", "http://127.3.4.5:80", true},
      {"http://localhost:8001", "http://localhost:8001", true},
      {"http://127.0.0.1.example.com", "http://127.0.0.1.example.com:80", false},
      {"http://localhost.example.com", "http://localhost.example.com:80", false},
      {"", "", false},
      {"10.0.0.1:6443", "", false},
      {"HTTPS://host", "", false},
      {"ftp://host", "", false},
      {"https://", "", false},
      {"https://:6443", "", false},
      {"https://host:", "", false},
      {"https://host:0", "", false},
      {"https://host:65536", "", false},
      {"https://host:6443x", "", false},
      {"https://user:secret@host", "", false},
      {"https://fd00::1:6443", "", false},
      {"https://[fd00::1", "", false},
      {"https://[host]:1", "", false},
      {"https://ho st", "", false},
      {"https://host/a b", "", false},
      {"https://host?x=1", "", false},
      {"https://host/p?x=1", "", false},
      {"https://host/p#f", "", false},
  }));
  CAPTURE(row.text);
  const Result<ServerUrl> url = ParseServerUrl(row.text);
  REQUIRE(url.ok() == !row.want.empty());
  if (!url.ok()) return;
  CHECK(url->Text() == row.want);
  CHECK(url->IsLoopback() == row.loopback);
  CHECK(*ParseServerUrl(url->Text()) == *url);
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

TEST_CASE("a secret is copied and moved like a value, and never printed") {
  static_assert(!Printable<Secret>);
  Secret token("t0k3n");
  Secret copy = token;
  const Secret moved = std::move(token);
  CHECK(moved.Reveal() == "t0k3n");
  CHECK(copy.Reveal() == "t0k3n");
  copy = Secret("other");
  CHECK(copy.Reveal() == "other");
  CHECK(moved.Reveal() == "t0k3n");
  copy = moved;
  CHECK(copy.Reveal() == "t0k3n");
  CHECK(Secret().empty());
  std::string text = "secret text";
  const char* where = text.data();
  WipeText(text);
  CHECK(text.empty());
  CHECK(std::string_view(where, 1) == std::string_view("\0", 1));
}

}  // namespace
}  // namespace windlass
