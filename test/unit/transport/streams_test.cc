// The contract of Transport::Stream: lines, back-pressure, silence, ends
// (transport.h).
#include <atomic>

#include "kubeclient/base/answer_size.h"
#include "kubeclient/base/core_loop.h"
#include "kubeclient/transport/line_sink.h"
#include "test/unit/transport/fixture.h"

namespace windlass::streams_test {
namespace {

using Lines = std::vector<std::string>;

// Returns a script that sends these bytes, then closes the connection or waits.
enum class Then { kClose, kWait };
RawHttpServer::Script Answer(std::string bytes, Then then) {
  return [bytes = std::move(bytes), then](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write(bytes);
    if (then == Then::kWait) peer.WaitForPeerToClose();
  };
}

TEST_CASE("lines arrive whole and in order, however they are chunked") {
  struct Row {
    std::string id;
    std::string body;  // bytes of the response body
    Lines want;
  };
  const Row row = GENERATE(values<Row>({
      {"one chunk each", Chunk("one\n") + Chunk("two\n"), {"one", "two"}},
      {"one chunk for all", Chunk("one\ntwo\nthree\n"), {"one", "two", "three"}},
      {"a line over three chunks", Chunk("o") + Chunk("n") + Chunk("e\ntwo\n"), {"one", "two"}},
      {"the end of line alone", Chunk("one") + Chunk("\n"), {"one"}},
      {"no lines", "", {}},
      {"a half line at an orderly end is left out", Chunk("one\ntw"), {"one"}},
  }));
  CAPTURE(row.id);
  RawHttpServer server(Answer(ChunkedHead() + row.body + std::string(kLastChunk), Then::kWait));
  TransportFixture client(server.url());
  const Streamed streamed = client.StreamToEnd(Get("/api/v1/pods?watch=1"));
  CHECK(streamed.lines == row.want);
  CHECK(streamed.end->ok());
  CHECK(streamed.ends == 1);
}

TEST_CASE("a stream is open with its headers, once, and not without") {
  struct Row {
    std::string id;
    std::string bytes;
    int opens;
  };
  const Row row = GENERATE(values<Row>({
      {"headers and no line", ChunkedHead(), 1},
      {"headers and lines at once", ChunkedHead() + Chunk("one\ntwo\n"), 1},
      {"an orderly end without a line", ChunkedHead() + std::string(kLastChunk), 1},
      {"a refusal", Response("403 Forbidden", "{}"), 0},
      {"half the headers", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", 0},
      {"nothing", "", 0},
  }));
  CAPTURE(row.id);
  std::atomic<bool> answered = false;
  RawHttpServer server([&](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write(row.bytes);
    answered = true;
    peer.WaitForPeerToClose();
  });
  TransportFixture client(server.url());
  Streamed streamed;
  const CallId id = client.Stream(Get("/watch"), streamed);
  REQUIRE(streamed.opens == 0);  // not before Stream has returned
  if (row.opens > 0) {
    REQUIRE(client.core.RunUntil([&] { return streamed.opens > 0; }));
  } else {
    REQUIRE(client.core.RunUntil([&] { return answered.load(); }));
  }
  client.transport->Cancel(id);
  REQUIRE(client.core.RunUntil([&] { return streamed.end.has_value(); }));
  CHECK(streamed.opens == row.opens);
}

TEST_CASE("a line arrives while the stream stays open") {
  RawHttpServer server(Answer(ChunkedHead() + Chunk("first\n"), Then::kWait));
  TransportFixture client(server.url());
  Streamed streamed;
  client.Stream(Get("/watch"), streamed);
  CHECK(client.core.RunUntil([&] { return streamed.lines == Lines{"first"}; }));
  CHECK_FALSE(streamed.end.has_value());
}

TEST_CASE("a broken stream delivers its whole lines, then says that it broke") {
  RawHttpServer server(Answer(ChunkedHead() + Chunk("one\n") + "ff\r\nhalf", Then::kClose));
  TransportFixture client(server.url());
  const Streamed streamed = client.StreamToEnd(Get("/watch"));
  CHECK(streamed.lines == Lines{"one"});
  CHECK(streamed.end->status == 200);
  REQUIRE(streamed.end->error.has_value());
  CHECK(streamed.end->error->kind == ErrorKind::kAmbiguous);
}

TEST_CASE("a refused watch ends with the server's Status, not with lines") {
  const std::string status = R"({"kind":"Status","code":410})"
                             "\n";
  const bool chunked = GENERATE(false, true);
  CAPTURE(chunked);
  const std::string answer =
      chunked ? "HTTP/1.1 410 Gone\r\nRetry-After: 2\r\nTransfer-Encoding: chunked\r\n\r\n" +
                    Chunk(status) + std::string(kLastChunk)
              : Response("410 Gone", status, "Retry-After: 2\r\n");
  RawHttpServer server(Answer(answer, Then::kWait));
  TransportFixture client(server.url());
  const Streamed streamed = client.StreamToEnd(Get("/watch"));
  CHECK(streamed.lines.empty());
  CHECK(streamed.end->status == 410);
  CHECK(streamed.end->error_body == status);
  CHECK(streamed.end->retry_after == Duration(seconds(2)));
  CHECK_FALSE(streamed.end->error.has_value());
  CHECK_FALSE(streamed.end->ok());
}

TEST_CASE("an endless error body is cut at its limit") {
  RawHttpServer server([](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.Write(Chunk(std::string(10'000, 'x')))) {
    }
  });
  TransportFixture client(server.url());
  const Streamed streamed = client.StreamToEnd(Get("/watch"));
  CHECK(streamed.end->status == 500);
  CHECK(streamed.end->error_body.size() == kErrorBodyBytesMax);
  CHECK_FALSE(streamed.end->error.has_value());
}

TEST_CASE("a server that refuses the connection, or is silent before its headers") {
  SECTION("refused") {
    TransportFixture client("http://127.0.0.1:" + std::to_string(RefusingPort()));
    const Streamed streamed = client.StreamToEnd(Get("/watch"));
    CHECK(streamed.end->status == 0);
    REQUIRE(streamed.end->error.has_value());
    CHECK(streamed.end->error->kind == ErrorKind::kNotSent);
  }
  SECTION("silent") {
    RawHttpServer server(Answer("", Then::kWait));
    TransportFixture client(server.url());
    Streamed streamed;
    client.Stream(Get("/watch", seconds(150)), streamed);
    REQUIRE(client.core.RunUntil([&] { return server.requests().size() == 1; }));
    client.core.clock.Skip(seconds(150));
    client.core.Turn();
    REQUIRE(streamed.end.has_value());
    CHECK(streamed.end->status == 0);
    REQUIRE(streamed.end->error.has_value());
    CHECK(streamed.end->error->kind == ErrorKind::kAmbiguous);
    CHECK(client.core.RunUntil([&] { return server.closed() == 1; }));
  }
}

TEST_CASE("silence ends a stream, bytes keep it (R-025)") {
  std::atomic<bool> more = false;
  RawHttpServer server([&more](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write(ChunkedHead() + Chunk("line\n"));
    more.wait(false);
    peer.Write(Chunk("half a line"));
    peer.WaitForPeerToClose();
  });
  TransportFixture client(server.url());
  Streamed streamed;
  client.Stream(Get("/watch", seconds(150)), streamed);
  REQUIRE(client.core.RunUntil([&] { return streamed.lines.size() == 1; }));
  client.core.clock.Skip(seconds(100));
  more = true;
  more.notify_all();
  REQUIRE(client.core.RunUntil([&] { return client.transport->counters().waiting_bytes > 0; }));
  client.core.clock.Skip(seconds(100));
  client.core.Turn();
  CHECK_FALSE(streamed.end.has_value());

  client.core.clock.Skip(seconds(51));
  client.core.Turn();
  REQUIRE(streamed.end.has_value());
  CHECK(streamed.lines == Lines{"line"});
  CHECK(streamed.end->status == 200);
  REQUIRE(streamed.end->error.has_value());
  CHECK(streamed.end->error->kind == ErrorKind::kAmbiguous);
  CHECK(streamed.end->error->message.find("nothing received for 150 s") != std::string::npos);
  CHECK(client.core.RunUntil([&] { return server.closed() == 1; }));
}

TEST_CASE("a line above the limit is skipped, and the stream goes on (R-027)") {
  const std::string long_line(kLineBytesMax + 1, 'x');
  RawHttpServer server(Answer(
      ChunkedHead() + Chunk("fine\n" + long_line + "\nfine, too\n") + std::string(kLastChunk),
      Then::kWait));
  TransportFixture client(server.url());
  const Streamed streamed = client.StreamToEnd(Get("/watch"));
  CHECK(streamed.lines == Lines{"fine", "fine, too"});
  CHECK(streamed.heads == std::vector<size_t>{kLineHeadBytes});
  CHECK(streamed.end->ok());
}

TEST_CASE("a line without an end ends the stream as malformed, after the lines before it") {
  RawHttpServer server([](Connection& peer, int) {
    peer.ReadRequest();
    peer.Write(ChunkedHead() + Chunk("fine\n"));
    const std::string piece = Chunk(std::string(1U << 20U, 'x'));
    while (peer.Write(piece)) {
    }
  });
  TransportFixture client(server.url());
  const Streamed streamed = client.StreamToEnd(Get("/watch"));
  CHECK(streamed.lines == Lines{"fine"});
  REQUIRE(streamed.end->error.has_value());
  CHECK(streamed.end->error->kind == ErrorKind::kMalformed);
  CHECK(client.core.RunUntil([&] { return server.closed() == 1; }));
}

TEST_CASE("while the core is behind, memory is bounded and nothing is lost") {
  constexpr int kEvents = 40'000;
  const std::string filler(1000, 'x');
  std::string flood = ChunkedHead();
  for (int i = 0; i < kEvents; ++i) flood += Chunk(std::to_string(i) + filler + "\n");
  flood += kLastChunk;
  std::atomic<size_t> written_while_stalled = 0;
  std::atomic<bool> stalled = false;
  RawHttpServer server([&](Connection& peer, int) {
    peer.ReadRequest();
    const size_t written = peer.WriteUntilBlocked(flood);
    written_while_stalled = written;
    stalled = true;
    peer.Write(std::string_view(flood).substr(written));
  });
  TransportFixture client(server.url());
  int next = 0;
  bool in_order = true;
  std::optional<StreamEnd> end;
  HttpRequest request = Get("/watch");
  request.call_class = CallClass::kWatch;
  StreamHandler handler;
  handler.on_line = [&](std::string_view line) {
    in_order = in_order && line.substr(0, line.find('x')) == std::to_string(next);
    ++next;
  };
  handler.on_end = [&](StreamEnd got) { end = std::move(got); };
  client.transport->Stream(request, std::move(handler));

  // The core thread runs no turn until the server cannot write any more.
  while (!stalled) client.core.inbox.WaitFor(milliseconds(1));
  CHECK(next == 0);
  CHECK(written_while_stalled < flood.size());
  const TransportCounters counters = client.transport->counters();
  CHECK(counters.waiting_bytes > kLineSinkBytesMax / 2);
  CHECK(counters.waiting_bytes_peak < kLineSinkBytesMax + 4096);

  REQUIRE(client.core.RunUntil([&] { return end.has_value(); }));
  CHECK(end->ok());
  CHECK(next == kEvents);
  CHECK(in_order);
}

TEST_CASE("a turn of the core delivers a bounded number of lines") {
  std::string body;
  for (int i = 0; i < kLinesPerMessage * 3; ++i) body += "line\n";
  RawHttpServer server(Answer(ChunkedHead() + Chunk(body) + std::string(kLastChunk), Then::kWait));
  TransportFixture client(server.url());
  Streamed streamed;
  client.Stream(Get("/watch"), streamed);
  const auto most = static_cast<size_t>(kLinesPerMessage);
  size_t before = 0;
  size_t largest = 0;
  REQUIRE(client.core.RunUntil([&] {
    largest = std::max(largest, streamed.lines.size() - before);
    before = streamed.lines.size();
    return streamed.end.has_value();
  }));
  CHECK(largest == most);
  CHECK(streamed.lines.size() == most * 3);
}

TEST_CASE("a cancelled stream says so once and delivers nothing more") {
  RawHttpServer server([](Connection& peer, int) {
    const std::string request = peer.ReadRequest();
    if (request.find("/silent") == std::string::npos) {
      peer.Write(ChunkedHead() + Chunk("1\n2\n3\n4\n"));
    }
    peer.WaitForPeerToClose();
  });
  TransportFixture client(server.url());
  Streamed streamed;
  size_t lines_at_cancel = 0;
  CallId id = 0;
  SECTION("before the headers") {
    id = client.Stream(Get("/silent"), streamed);
    REQUIRE(client.core.RunUntil([&] { return server.requests().size() == 1; }));
    client.transport->Cancel(id);
    client.transport->Cancel(id);
  }
  SECTION("between lines") {
    id = client.Stream(Get("/watch"), streamed);
    REQUIRE(client.core.RunUntil([&] { return streamed.lines.size() == 4; }));
    client.transport->Cancel(id);
    lines_at_cancel = 4;
  }
  SECTION("by its own handler, with lines waiting") {
    StreamHandler handler;
    handler.on_line = [&](std::string_view line) {
      streamed.lines.emplace_back(line);
      client.transport->Cancel(id);
    };
    handler.on_end = [&](StreamEnd end) {
      ++streamed.ends;
      streamed.end = std::move(end);
    };
    id = client.transport->Stream(Get("/watch"), handler);
    lines_at_cancel = 1;
  }
  CHECK(streamed.ends == 0);
  REQUIRE(client.core.RunUntil([&] { return streamed.end.has_value(); }));
  REQUIRE(streamed.end->error.has_value());
  CHECK(streamed.end->error->kind == ErrorKind::kCancelled);
  CHECK(streamed.lines.size() == lines_at_cancel);
  REQUIRE(client.core.RunUntil([&] { return server.closed() == 1; }));
  client.core.Turn();
  CHECK(streamed.ends == 1);
}

TEST_CASE("a stream that is held back can be cancelled") {
  std::atomic<bool> stalled = false;
  RawHttpServer server([&stalled](Connection& peer, int) {
    peer.ReadRequest();
    std::string flood = ChunkedHead();
    for (int i = 0; i < 40'000; ++i) flood += Chunk(std::string(1000, 'x') + "\n");
    peer.WriteUntilBlocked(flood);
    stalled = true;
    peer.WaitForPeerToClose();
  });
  TransportFixture client(server.url());
  Streamed streamed;
  const CallId id = client.Stream(Get("/watch"), streamed);
  while (!stalled) client.core.inbox.WaitFor(milliseconds(1));
  client.transport->Cancel(id);
  REQUIRE(client.core.RunUntil([&] { return streamed.end.has_value(); }));
  CHECK(streamed.lines.empty());
  CHECK(client.core.RunUntil([&] { return server.closed() == 1; }));
}

}  // namespace
}  // namespace windlass::streams_test
