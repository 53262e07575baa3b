// The HTTP server of the operations ports, with real connections: no client keeps it from answering
// others.
#include "cmd/windlass/http_responder.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "test/catch.h"
#include "test/support/loopback_client.h"
#include "test/support/must.h"

namespace windlass::http_responder_test {
namespace {

using Kind = ParsedRequest::Kind;

TEST_CASE("A request is complete at the empty line, and only the path of a GET counts") {
  struct Row {
    std::string bytes;
    Kind kind;
    std::string path;
  };
  const std::string long_name(kRequestBytesMax, 'x');
  const Row row = GENERATE_COPY(values<Row>({
      {"", Kind::kIncomplete, ""},
      {"GET /livez HTTP/1.1\r\nHost: x\r\n", Kind::kIncomplete, ""},
      {"GET /livez HTTP/1.1\r\n\r\n", Kind::kGet, "/livez"},
      {"GET /livez HTTP/1.0\r\nHost: x\r\n\r\nmore", Kind::kGet, "/livez"},
      {"GET /readyz?verbose=1&x HTTP/1.1\r\n\r\n", Kind::kGet, "/readyz"},
      {"GET /" + long_name, Kind::kTooLong, ""},
      {"GET / HTTP/1.1\r\nX: " + long_name + "\r\n\r\n", Kind::kTooLong, ""},
      {"POST /livez HTTP/1.1\r\n\r\n", Kind::kOtherMethod, ""},
      {"get /livez HTTP/1.1\r\n\r\n", Kind::kOtherMethod, ""},
      {"\r\n\r\n", Kind::kMalformed, ""},
      {"GET\r\n\r\n", Kind::kMalformed, ""},
      {"GET /livez\r\n\r\n", Kind::kMalformed, ""},
      {"GET  HTTP/1.1\r\n\r\n", Kind::kMalformed, ""},
      {"GET livez HTTP/1.1\r\n\r\n", Kind::kMalformed, ""},
      {"GET /a b HTTP/1.1\r\n\r\n", Kind::kMalformed, ""},
      {"GET /livez HTTP/2\r\n\r\n", Kind::kMalformed, ""},
      {std::string("\x16\x03\x01\0\r\n\r\n", 8), Kind::kMalformed, ""},  // TLS
  }));
  CAPTURE(row.bytes);
  const ParsedRequest request = ParseRequest(row.bytes);
  CHECK(request.kind == row.kind);
  CHECK(request.path == row.path);
}

constexpr size_t kLarge = size_t{16} << 20U;  // bytes; more than the kernel keeps for a client

std::unique_ptr<HttpResponder> Listening(const std::string& address = "127.0.0.1:0") {
  return Must(HttpResponder::Listen(
      address, [large = std::make_shared<const std::string>(kLarge, 'x')](std::string_view path) {
        HttpAnswer answer;
        answer.status = 200;
        answer.body = path == "/large" ? large : std::make_shared<const std::string>(path);
        return answer;
      }));
}

std::string Ask(const HttpResponder& responder, const std::string& bytes) {
  const LoopbackClient client(responder.address());
  client.Send(bytes);
  return client.ReadAll();
}

TEST_CASE("An answer has its length, and ends the connection") {
  const auto responder = Listening();
  CHECK(Ask(*responder, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n/a");
  CHECK(Ask(*responder, "GET /large HTTP/1.1\r\n\r\n").size() > kLarge);
  CHECK(Ask(*responder, "DELETE /a HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
  CHECK(Ask(*responder, "\r\n\r\n").starts_with("HTTP/1.1 400 "));
  // What is sent beyond the request does not cost the client its answer.
  CHECK(Ask(*responder, "GET /a HTTP/1.1\r\n\r\n" + std::string(100'000, 'y')).ends_with("/a"));
  CHECK(Ask(*responder, std::string(100'000, 'y')).starts_with("HTTP/1.1 431 "));
}

TEST_CASE("A request may come in pieces") {
  const auto responder = Listening();
  const LoopbackClient client(responder->address());
  const std::string request = "GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char byte : request) client.Send(std::string(1, byte));
  CHECK(client.ReadAll().ends_with("\r\n\r\n/pieces"));
}

TEST_CASE("A port that is taken is refused in one line") {
  const auto responder = Listening();
  const Error error = MustFail(HttpResponder::Listen(responder->address(), nullptr));
  CHECK(error.kind == ErrorKind::kConfig);
  CHECK(error.message.starts_with("cannot listen on '127.0.0.1:"));
  for (const char* address : {"nowhere.invalid:0", "127.0.0.1", "127.0.0.1:http", "[::1", ":x"}) {
    CAPTURE(address);
    CHECK_FALSE(HttpResponder::Listen(address, nullptr).ok());
  }
}

TEST_CASE("Without a host it listens on every address") {
  const auto responder = Listening(":0");
  CHECK(responder->address().starts_with(":"));
  CHECK(Ask(*responder, "GET /a HTTP/1.1\r\n\r\n").ends_with("/a"));
}

// Opens kConnectionsMax connections and then one that asks. Returns true if that one was answered
// before the patience with any other had ended.
bool AnswersBesideIdle(const HttpResponder& responder) {
  std::vector<std::unique_ptr<LoopbackClient>> idle;
  for (size_t i = 0; i < kConnectionsMax; ++i) {
    idle.push_back(std::make_unique<LoopbackClient>(responder.address()));
    REQUIRE(idle.back()->connected());
  }
  CHECK(Ask(responder, "GET /a HTTP/1.1\r\n\r\n").ends_with("/a"));
  size_t open = 0;
  for (const auto& client : idle) open += client->idle() ? 1 : 0;
  if (open < kConnectionsMax - 1) return false;
  CHECK_FALSE(idle.front()->idle());            // the oldest made room
  CHECK(idle.back()->ReadAll() != "given up");  // the patience with the youngest ends as well
  return true;
}

TEST_CASE("Idle connections keep no client from being answered: the oldest makes room") {
  const auto responder = Listening();
  bool answers = false;
  for (int i = 0; i < 5 && !answers; ++i) {  // on a slow machine the patience may end before
    answers = AnswersBesideIdle(*responder);
  }
  CHECK(answers);
}

TEST_CASE("Clients that read nothing keep no client from being answered") {
  const auto responder = Listening();
  std::vector<std::unique_ptr<LoopbackClient>> readers;
  for (size_t i = 0; i < kConnectionsMax; ++i) {
    readers.push_back(std::make_unique<LoopbackClient>(responder->address()));
    readers.back()->Get("/large");
  }
  CHECK(Ask(*responder, "GET /a HTTP/1.1\r\n\r\n").ends_with("/a"));
}

}  // namespace
}  // namespace windlass::http_responder_test
