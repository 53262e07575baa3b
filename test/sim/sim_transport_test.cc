// The transport's contract (kubeclient/transport/transport.h) on the simulated network.
#include "test/sim/sim_transport.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/api_server.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::sim_transport_test {
namespace {

struct Network {
  Network() { server.Create("setup", resources::kNamespaces, "", SampleNamespace("default")); }
  HttpRequest Create(const std::string& name) const {
    HttpRequest request;
    request.method = HttpMethod::kPost;
    request.target = "/apis/apps/v1/namespaces/default/deployments";
    request.content_type = "application/json";
    request.body = SampleDeployment(name).dump();
    request.deadline = seconds(10);
    return request;
  }
  HttpRequest Watch(Duration silence = seconds(150)) const {
    HttpRequest request;
    request.target = "/apis/apps/v1/deployments?watch=1&resourceVersion=" +
                     std::to_string(server.store().revision());
    request.deadline = silence;
    return request;
  }
  bool Exists(const std::string& name) const {
    return server.Find({resources::kDeployments, "default", name}) != nullptr;
  }

  SimLoop loop{1};
  mutable ApiServer server{loop};
  std::unique_ptr<SimTransport> transport =
      std::make_unique<SimTransport>(server, loop.timers(), Random(2), SimTransportOptions{});
};

struct Answers {
  std::vector<Result<HttpResponse>> all;
  Transport::ReplyHandler Handler() {
    return [this](Result<HttpResponse> result) { all.push_back(std::move(result)); };
  }
};

TEST_CASE("A call is answered once, later, and after it took effect") {
  Network network;
  Answers answers;
  const CallId id = network.transport->Call(network.Create("web"), answers.Handler());
  CHECK(id != 0);
  CHECK(answers.all.empty());
  CHECK_FALSE(network.Exists("web"));
  CHECK(network.loop.RunUntil([&] { return !answers.all.empty(); }, seconds(1)));
  CHECK(network.Exists("web"));
  network.loop.RunFor(seconds(60));
  REQUIRE(answers.all.size() == 1);
  CHECK(answers.all[0]->status == 201);
  CHECK(network.transport->open() == 0);
}

TEST_CASE("A cancelled call ends with kCancelled, once, and may have taken effect") {
  Network network;
  Answers answers;
  const CallId id = network.transport->Call(network.Create("web"), answers.Handler());
  network.transport->Cancel(id);
  network.transport->Cancel(id);
  CHECK(answers.all.empty());
  network.loop.RunFor(seconds(60));
  REQUIRE(answers.all.size() == 1);
  CHECK(answers.all[0].error().kind == ErrorKind::kCancelled);
  CHECK(network.Exists("web"));
  network.transport->Cancel(id);
  network.loop.RunFor(seconds(1));
  CHECK(answers.all.size() == 1);
}

struct FateRow {
  Fate fate;
  bool takes_effect;
};

TEST_CASE("A lost request or reply ends at the deadline, ambiguous") {
  const FateRow row =
      GENERATE(values<FateRow>({{Fate::kRequestLost, false}, {Fate::kReplyLost, true}}));
  Network network;
  Answers answers;
  std::vector<uint64_t> asked;
  network.transport->decide = [&](uint64_t number, const HttpRequest&) {
    asked.push_back(number);
    return row.fate;
  };
  network.transport->Call(network.Create("web"), answers.Handler());
  network.loop.RunFor(seconds(9));
  CHECK(answers.all.empty());
  network.loop.RunFor(seconds(2));
  REQUIRE(answers.all.size() == 1);
  CHECK(answers.all[0].error().kind == ErrorKind::kAmbiguous);
  CHECK(network.Exists("web") == row.takes_effect);
  CHECK(asked == std::vector<uint64_t>{0});
}

TEST_CASE("An answer above the limit is refused, whole") {
  Network network;
  const SimTransportOptions narrow{.body_bytes_max = 64};
  network.transport =
      std::make_unique<SimTransport>(network.server, network.loop.timers(), Random(2), narrow);
  Answers answers;
  network.transport->Call(network.Create("web"), answers.Handler());
  network.loop.RunFor(seconds(1));
  HttpRequest list;
  list.target = "/apis/apps/v1/deployments";
  list.deadline = seconds(10);
  network.transport->Call(list, answers.Handler());
  network.loop.RunFor(seconds(1));
  REQUIRE(answers.all.size() == 2);
  CHECK(answers.all[0].error().kind == ErrorKind::kAmbiguous);  // the call took effect
  CHECK(answers.all[1].error().kind == ErrorKind::kTooLarge);
  CHECK(network.Exists("web"));
}

TEST_CASE("What a process sent before it died still takes effect, and tells nobody") {
  Network network;
  Answers answers;
  network.transport->Call(network.Create("web"), answers.Handler());
  network.transport->Stream(network.Watch(), {[](std::string_view) { FAIL("a line"); },
                                              [](StreamEnd) { FAIL("an end"); }});
  network.transport.reset();
  network.loop.RunFor(seconds(60));
  CHECK(network.Exists("web"));
  CHECK(answers.all.empty());
}

struct Stream {
  int opens = 0;
  std::vector<std::string> types;
  std::optional<StreamEnd> end;
  int ends = 0;
  StreamHandler Handler() {
    return {[this](std::string_view line) {
              CHECK(ends == 0);
              CHECK(opens == 1);
              CHECK(line.data()[line.size() + 63] == '\0');  // readable bytes after the line
              types.push_back(TextAt(Json::parse(line), {"object", "metadata", "name"}));
            },
            [this](StreamEnd told) {
              ++ends;
              end = std::move(told);
            },
            [this] {
              CHECK(ends == 0);
              ++opens;
            }};
  }
};

TEST_CASE("A stream is open with its headers, once, and not without") {
  Network network;
  Stream stream;
  HttpRequest request = network.Watch();
  const bool refused = GENERATE(false, true);
  if (refused) request.target += "&sendInitialEvents=true";  // without resourceVersionMatch
  network.transport->Stream(std::move(request), stream.Handler());
  CHECK(stream.opens == 0);
  network.loop.RunFor(seconds(30));
  CHECK(stream.types.empty());
  CHECK(stream.opens == (refused ? 0 : 1));
  CHECK(stream.ends == (refused ? 1 : 0));
}

TEST_CASE("Lines of a stream keep their order, whatever their latency") {
  Network network;
  Stream stream;
  network.transport->Stream(network.Watch(), stream.Handler());
  network.loop.RunFor(seconds(1));
  std::vector<std::string> wanted;
  for (int i = 0; i < 50; ++i) {
    wanted.push_back("web-" + std::to_string(i));
    network.server.Create("user", resources::kDeployments, "default",
                          SampleDeployment(wanted.back()));
    network.loop.RunFor(std::chrono::microseconds(100));
  }
  CHECK(stream.types.empty() == false);
  CHECK(stream.types.size() < 50);  // some are still on their way
  network.loop.RunFor(seconds(1));
  CHECK(stream.types == wanted);
}

TEST_CASE("The lines before an orderly end are delivered before it") {
  Network network;
  Stream stream;
  network.transport->Stream(network.Watch(), stream.Handler());
  network.loop.RunFor(seconds(1));
  network.server.Create("user", resources::kDeployments, "default", SampleDeployment("web"));
  network.server.EndWatches();
  network.loop.RunFor(seconds(1));
  CHECK(stream.types.size() == 1);
  REQUIRE(stream.ends == 1);
  CHECK(stream.end->ok());
}

TEST_CASE("A cancelled stream ends with kCancelled and brings no more lines") {
  Network network;
  Stream stream;
  const bool opened = GENERATE(true, false);
  const CallId id = network.transport->Stream(network.Watch(), stream.Handler());
  if (opened) network.loop.RunFor(seconds(1));
  network.server.Create("user", resources::kDeployments, "default", SampleDeployment("web"));
  network.transport->Cancel(id);
  CHECK(stream.ends == 0);
  network.loop.RunFor(seconds(60));
  CHECK(stream.types.empty());
  REQUIRE(stream.ends == 1);
  CHECK(stream.end->error->kind == ErrorKind::kCancelled);
}

TEST_CASE("A stream that is silent for longer than its deadline ends with an error") {
  Network network;
  Stream stream;
  network.transport->Stream(network.Watch(seconds(5)), stream.Handler());
  network.loop.RunFor(seconds(4));
  network.server.Create("user", resources::kDeployments, "default", SampleDeployment("web"));
  network.loop.RunFor(seconds(4));
  CHECK(stream.types.size() == 1);
  CHECK(stream.ends == 0);
  network.loop.RunFor(seconds(2));
  REQUIRE(stream.ends == 1);
  CHECK(stream.end->error->kind == ErrorKind::kAmbiguous);
}

TEST_CASE("A watch that is refused ends with the server's status") {
  Network network;
  Stream stream;
  HttpRequest request = network.Watch();
  request.target = "/apis/apps/v1/deployments?watch=1&resourceVersion=1&labelSelector=%21%21a";
  network.transport->Stream(request, stream.Handler());
  network.loop.RunFor(seconds(1));
  REQUIRE(stream.ends == 1);
  CHECK(stream.end->status == 400);
  CHECK(Json::parse(stream.end->error_body)["reason"] == "BadRequest");
}

}  // namespace
}  // namespace windlass::sim::sim_transport_test
