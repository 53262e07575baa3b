// How old the view is on which a workload's next write is decided (S-012).
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "controller/deployment/deployment_controller.h"
#include "test/catch.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass::view_age_test {
namespace {

// Keeps one stream of each resource open, for a test to send its lines. Answers no calls.
class Streams final : public Transport {
 public:
  CallId Call(HttpRequest, ReplyHandler) override { return ++last_id_; }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    const std::string path = request.target.substr(0, request.target.find('?'));
    open_[path.substr(path.rfind('/') + 1)] = std::move(handler);
    return ++last_id_;
  }
  void Cancel(CallId) override {}

  void Line(const std::string& plural, const std::string& line) {
    const std::string padded = line + std::string(64, '}');
    open_.at(plural).on_line(std::string_view(padded).substr(0, line.size()));
  }

 private:
  std::map<std::string, StreamHandler> open_;  // by the plural of the resource
  CallId last_id_ = 0;
};

struct Fixture : InformerParts<Streams> {
  RecordingHost host{environment};
  DeploymentController controller{host};
};

TEST_CASE_METHOD(Fixture, "the view is as old as the older of the two caches (S-012)") {
  controller.Start();
  for (const char* plural : {"deployments", "replicasets"}) {
    transport.Line(plural, wire::InitialEventsEnd("10"));
  }
  REQUIRE(controller.HasSynced());
  const MonotonicTime listed = time.Now();
  const bool deployments_first = GENERATE(true, false);
  CAPTURE(deployments_first);
  const std::string first = deployments_first ? "deployments" : "replicasets";
  const std::string second = deployments_first ? "replicasets" : "deployments";
  const Request write = Request::MergePatch(
      resources::kReplicaSets, {{"ns", "web-1"}, wire::UidOf("web-1"), {"10"}}, "", "{}");

  time.Advance(seconds(5));
  transport.Line(first, wire::Bookmark("11"));
  CHECK(controller.ViewAt(write) == listed);
  transport.Line(second, wire::Bookmark("11"));
  CHECK(controller.ViewAt(write) == time.Now());
  controller.Stop();
}

}  // namespace
}  // namespace windlass::view_age_test
