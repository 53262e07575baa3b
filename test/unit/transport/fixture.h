// For transport tests: a transport on a core loop, and short ways to write requests.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubeclient/transport/cpprest_transport.h"
#include "test/catch.h"
#include "test/support/must.h"
#include "test/support/test_core_loop.h"
#include "test/unit/transport/raw_http_server.h"

namespace windlass {

inline HttpRequest Get(std::string target, Duration deadline = seconds(20)) {
  HttpRequest request;
  request.target = std::move(target);
  request.deadline = deadline;
  return request;
}

inline HttpRequest Send(HttpMethod method, std::string target, std::string body,
                        Duration deadline = seconds(20)) {
  HttpRequest request = Get(std::move(target), deadline);
  request.method = method;
  request.content_type = "application/json";
  request.body = std::move(body);
  return request;
}

// Returns a script that answers every request of a connection with what `answer` returns for it.
inline RawHttpServer::Script Answers(std::function<std::string(const std::string&)> answer) {
  return [answer = std::move(answer)](Connection& peer, int) {
    for (;;) {
      const std::string request = peer.ReadRequest();
      if (request.empty() || !peer.Write(answer(request))) return;
    }
  };
}
inline RawHttpServer::Script Always(const std::string& response) {
  return Answers([response](const std::string&) { return response; });
}

inline bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// What a stream's handler was called with.
struct Streamed {
  int opens = 0;
  std::vector<std::string> lines;
  std::vector<size_t> heads;  // sizes, of lines that were skipped
  std::optional<StreamEnd> end;
  int ends = 0;
};

class TransportFixture {
 public:
  TestCoreLoop core;
  std::unique_ptr<CppRestTransport> transport;

  explicit TransportFixture(std::string server, TransportOptions options = {}) {
    InitializeNetworkThread();
    options.server = std::move(server);
    if (options.user_agent.empty()) options.user_agent = "windlass-test";
    transport =
        Must(CppRestTransport::Create(core.clock, core.timers, core.inbox, std::move(options)));
  }

  Result<HttpResponse> Call(HttpRequest request) {
    std::optional<Result<HttpResponse>> result;
    transport->Call(std::move(request), [&](Result<HttpResponse> reply) {
      REQUIRE_FALSE(result.has_value());  // `reply` comes exactly once
      result = std::move(reply);
    });
    REQUIRE_FALSE(result.has_value());  // and not before Call has returned
    REQUIRE(core.RunUntil([&] { return result.has_value(); }));
    return *std::move(result);
  }

  CallId Stream(HttpRequest request, Streamed& into) {
    request.call_class = CallClass::kWatch;
    StreamHandler handler;
    handler.on_open = [&into] {
      REQUIRE(into.lines.empty());  // on_open comes before the first line
      REQUIRE_FALSE(into.end.has_value());
      ++into.opens;
    };
    handler.on_line = [&into](std::string_view line) {
      REQUIRE_FALSE(into.end.has_value());  // no line comes after the end
      into.lines.emplace_back(line);
    };
    handler.on_long_line = [&into](std::string_view head) { into.heads.push_back(head.size()); };
    handler.on_end = [&into](StreamEnd end) {
      ++into.ends;
      into.end = std::move(end);
    };
    return transport->Stream(std::move(request), std::move(handler));
  }

  Streamed StreamToEnd(HttpRequest request) {
    Streamed streamed;
    Stream(std::move(request), streamed);
    REQUIRE(core.RunUntil([&] { return streamed.end.has_value(); }));
    return streamed;
  }
};

}  // namespace windlass
