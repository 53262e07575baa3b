// Tests of the modelled server that would take too long on a real one: minutes of waiting,
// compaction, many seeds.
#include "test/sim/api_server.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/api/custom_resources.h"
#include "test/catch.h"
#include "test/sim/garbage_collector.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::api_server_test {
namespace {

HttpRequest Get(const std::string& target) {
  HttpRequest request;
  request.target = target;
  return request;
}

void CreateDeployments(ApiServer& server, int count) {
  server.Create("setup", resources::kNamespaces, "", SampleNamespace("default"));
  for (int i = 0; i < count; ++i) {
    server.Create("user", resources::kDeployments, "default",
                  SampleDeployment("web-" + std::to_string(i)));
  }
}

TEST_CASE("Uids come from the seed and look like the server's") {
  const auto uid = [](uint64_t seed) {
    SimLoop loop(seed);
    ApiServer server(loop);
    CreateDeployments(server, 1);
    return UidOf(*server.Find({resources::kDeployments, "default", "web-0"}));
  };
  CHECK(uid(1) == uid(1));
  CHECK(uid(1) != uid(2));
  CHECK(Uid::Parse(uid(1)).has_value());
  CHECK(uid(1)[14] == '4');
}

// Posts to a collection in the namespace "default".
HttpResponse Post(ApiServer& server, const std::string& collection, const Json& object) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.target = collection;
  request.content_type = "application/json";
  request.body = object.dump();
  return server.Handle(request, "user");
}

constexpr const char* kPods = "/api/v1/namespaces/default/pods";
constexpr const char* kReplicaSets = "/apis/apps/v1/namespaces/default/replicasets";

void Annotate(ApiServer& server, const std::string& key, const std::string& value) {
  server.Update("user", {resources::kNamespaces, "", "default"}, "",
                [&](Json& home) { home["metadata"]["annotations"][key] = value; });
}

TEST_CASE("A dry-run creation uses no revision and is told to no listener") {
  SimLoop loop(1);
  ApiServer server(loop);
  CreateDeployments(server, 1);
  const uint64_t before = server.store().revision();
  int changes = 0;
  server.store().OnChange([&](const Change&) { ++changes; });
  const std::string target = std::string(kReplicaSets) + "?dryRun=All";
  CHECK(Post(server, target, SampleReplicaSet("web", 0)).status == 201);
  CHECK(server.store().revision() == before);
  CHECK(changes == 0);
  CHECK(server.List(resources::kReplicaSets, "default").empty());
}

TEST_CASE("A namespace can refuse dry runs") {
  SimLoop loop(1);
  ApiServer server(loop);
  CreateDeployments(server, 1);
  Annotate(server, "windlass.example/no-dry-run", "true");
  const Json rs = SampleReplicaSet("web", 0);
  const HttpResponse refused = Post(server, std::string(kReplicaSets) + "?dryRun=All", rs);
  CHECK(refused.status == 400);
  CHECK(refused.body.find("does not support dry run") != std::string::npos);
  CHECK(Post(server, kReplicaSets, rs).status == 201);
}

TEST_CASE("A namespace can refuse Pods with every code that the server has for it") {
  struct Row {
    const char* rule;
    int code;
    const char* reason;
  };
  const Row row = GENERATE(values<Row>({
      {"400", 400, "BadRequest"},
      {"403", 403, "Forbidden"},
      {"422", 422, "Invalid"},
      {"429", 429, "TooManyRequests"},
      {"500", 500, "InternalError"},
      {"422 registry.example/web:1", 422, "Invalid"},
      {"422 registry.example/web:2", 201, ""},
  }));
  CAPTURE(row.rule);
  SimLoop loop(1);
  ApiServer server(loop);
  CreateDeployments(server, 1);
  Annotate(server, "windlass.example/pod-refused", row.rule);
  for (const char* query : {"?dryRun=All", ""}) {
    const HttpResponse response = Post(server, std::string(kPods) + query, SamplePod("a", "web"));
    CHECK(response.status == row.code);
    CHECK(TextAt(Json::parse(response.body), {"reason"}) == row.reason);
    CHECK(response.retry_after.has_value() == (row.code == 429));
  }
}

TEST_CASE("A Rollout goes with its namespace") {
  SimLoop loop(1);
  ApiServer server(loop);
  GarbageCollector garbage_collector(server);
  CreateDeployments(server, 1);
  CHECK(server.Create("user", resources::kRollouts, "default", SampleRollout("web")).code == 201);
  server.Delete("user", {resources::kNamespaces, "", "default"});
  loop.RunFor(seconds(60));
  CHECK(server.Find({resources::kRollouts, "default", "web"}) == nullptr);
  CHECK(server.Find({resources::kNamespaces, "", "default"}) == nullptr);
}

TEST_CASE("Times are written as the server writes them") {
  CHECK(TimeText({1767225600}) == "2026-01-01T00:00:00Z");
  CHECK(TimeText({1709210096}) == "2024-02-29T12:34:56Z");
  CHECK(TimeValue("2024-02-29T12:34:56Z").unix_seconds == 1709210096);
  CHECK(TimeValue("yesterday").IsZero());
}

TEST_CASE("A continue token expires with the history it points into") {
  SimLoop loop(1);
  ApiServer server(loop);
  CreateDeployments(server, 3);
  const std::string path = "/apis/apps/v1/namespaces/default/deployments?limit=2";
  const Json page = Json::parse(server.Handle(Get(path), "user").body);
  const std::string token = page["metadata"]["continue"];
  CHECK(server.Handle(Get(path + "&continue=" + token), "user").status == 200);

  loop.RunFor(ObjectStore::kHistoryKept + seconds(1));
  CreateDeployments(server, 4);
  server.store().CompactAll();
  const HttpResponse expired = server.Handle(Get(path + "&continue=" + token), "user");
  CHECK(expired.status == 410);
  CHECK(Json::parse(expired.body)["reason"] == "Expired");
}

TEST_CASE("History older than five minutes is forgotten as writes go on") {
  SimLoop loop(1);
  ApiServer server(loop);
  CreateDeployments(server, 2);
  const uint64_t early = server.store().revision();
  loop.RunFor(ObjectStore::kHistoryKept - seconds(1));
  server.Create("user", resources::kDeployments, "default", SampleDeployment("later"));
  CHECK(server.store().compacted() < early);
  loop.RunFor(seconds(2));
  server.Create("user", resources::kDeployments, "default", SampleDeployment("last"));
  CHECK(server.store().compacted() == early);
}

TEST_CASE("Bookmarks come about once a minute and just before the end of a watch") {
  SimLoop loop(1);
  ApiServer server(loop);
  CreateDeployments(server, 1);
  std::vector<int64_t> bookmarks;
  int64_t end = 0;
  const auto now = [&] { return loop.clock().Now().since_start / seconds(1); };
  WatchSink sink;
  sink.on_line = [&](const std::string& line) {
    const Json event = Json::parse(line);
    REQUIRE(event["type"] == "BOOKMARK");
    CHECK(event["object"]["metadata"]["resourceVersion"] ==
          std::to_string(server.store().revision()));
    bookmarks.push_back(now());
  };
  sink.on_end = [&](int status, const std::string&) {
    CHECK(status == 200);
    end = now();
  };
  server.Watch(Get("/apis/apps/v1/deployments?watch=1&allowWatchBookmarks=true&timeoutSeconds=300"
                   "&resourceVersion=" +
                   std::to_string(server.store().revision())),
               "user", std::move(sink));
  loop.RunFor(seconds(400));
  CHECK(end == 300);
  REQUIRE(bookmarks.size() >= 4);
  CHECK(bookmarks.size() <= 7);
  CHECK(bookmarks[0] >= 45);
  CHECK(bookmarks[0] <= 75);
  CHECK(bookmarks.back() == 298);
}

TEST_CASE("A watch without timeoutSeconds ends within the server's own time") {
  SimLoop loop(1);
  ApiServer server(loop);
  bool ended = false;
  WatchSink sink{[](const std::string&) {}, [&](int, const std::string&) { ended = true; }};
  server.Watch(Get("/apis/apps/v1/deployments?watch=1"), "user", std::move(sink));
  loop.RunFor(seconds(1799));
  CHECK_FALSE(ended);
  loop.RunFor(seconds(1802));
  CHECK(ended);
}

TEST_CASE("Fields stand in the order in which Go declares them, keys of maps are sorted") {
  SimLoop loop(1);
  ApiServer server(loop);
  CreateDeployments(server, 1);
  const std::string text =
      server.Handle(Get("/apis/apps/v1/namespaces/default/deployments/web-0"), "user").body;
  CHECK(text.starts_with(R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":)"));
  CHECK(text.find(R"("template":{"metadata":)") < text.find(R"("restartPolicy")"));
  CHECK(text.find(R"("containers":[{"name":)") != std::string::npos);  // before "image"
  CHECK(Json::parse(text) == *server.Find({resources::kDeployments, "default", "web-0"}));

  const Json custom = {{"kind", "Rollout"}, {"apiVersion", "windlass.dev/v1"}, {"spec", {}}};
  CHECK(ServerText(custom) == custom.dump());
  const Json labels = {{"metadata", {{"labels", {{"spec", "<"}, {"kind", "a\"b\n\x01"}}}}}};
  CHECK(ServerText(labels) == R"({"metadata":{"labels":{"kind":"a\"b\n\u0001","spec":"\u003c"}}})");
}

TEST_CASE("When changes happened is known even if etcd has forgotten them") {
  SimLoop loop(1);
  ApiServer server(loop);
  CreateDeployments(server, 1);
  const uint64_t before = server.store().revision();
  loop.RunFor(seconds(10));
  CreateDeployments(server, 2);
  loop.RunFor(seconds(10));
  server.store().CompactAll();
  const MonotonicTime now = loop.clock().Now();
  CHECK(now - server.store().TimeAfter(before, now) == seconds(10));
  CHECK(server.store().TimeAfter(server.store().revision(), now) == now);
}

}  // namespace
}  // namespace windlass::sim::api_server_test
