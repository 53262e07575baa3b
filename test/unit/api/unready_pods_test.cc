#include "kubeclient/api/unready_pods.h"

#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::unready_pods_test {
namespace {

const std::string kUid = "12345678-1234-4234-8234-123456789abc";

std::string PodWith(const std::string& name, const std::string& status,
                    const std::string& more = "") {
  return R"({"metadata":{"name":")" + name + R"(","ownerReferences":[{"controller":true,"uid":")" +
         kUid + R"("}])" + more + R"(},"status":)" + status + "}";
}

std::string ListOf(const std::string& items) {
  return R"({"kind":"PodList","metadata":{"resourceVersion":"7","continue":"more"},"items":[)" +
         items + "]}";
}

TEST_CASE("a list shows what the containers of Pods that are not ready wait for (RO-141)") {
  const auto pods = Must(UnreadyPods(
      ListOf(PodWith("works", R"({"conditions":[{"type":"Ready","status":"True"}]})") + "," +
             PodWith("goes", "{}", R"(,"deletionTimestamp":"2027-01-15T08:00:00Z")") + "," +
             PodWith("waits", R"({"conditions":[{"type":"Ready","status":"False"}],
"initContainerStatuses":[{"name":"done","state":{"terminated":{"exitCode":0}}}],
"containerStatuses":[{"name":"side","ready":true,"state":{"running":{}}},
{"name":"app","ready":false,"restartCount":0,
"state":{"waiting":{"reason":"ErrImagePull","message":"not found"}}}]})") +
             "," + PodWith("crashes", R"({"initContainerStatuses":[{"name":"init","restartCount":3,
"state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 40s"}},
"lastState":{"terminated":{"exitCode":1,"reason":"Error"}}}]})") +
             "," + PodWith("ended", R"({"containerStatuses":[{"name":"app",
"state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]})") +
             "," + PodWith("homeless", R"({"conditions":[{"type":"PodScheduled","status":"False",
"reason":"Unschedulable","message":"0/3 nodes are available"}]})"))));
  const Uid owner = *Uid::Parse(kUid);
  CHECK(pods == std::vector<UnreadyPod>{
                    {.name = "waits",
                     .controller = owner,
                     .containers = {{.name = "app",
                                     .waiting_reason = "ErrImagePull",
                                     .waiting_message = "not found"}}},
                    {.name = "crashes",
                     .controller = owner,
                     .containers = {{.name = "init",
                                     .waiting_reason = "CrashLoopBackOff",
                                     .waiting_message = "back-off 40s",
                                     .exit_code = 1,
                                     .exit_reason = "Error",
                                     .restarts = 3}}},
                    {.name = "ended",
                     .controller = owner,
                     .containers = {{.name = "app", .exit_code = 137, .exit_reason = "OOMKilled"}}},
                    {.name = "homeless",
                     .controller = owner,
                     .unschedulable = true,
                     .scheduling_message = "0/3 nodes are available"}});
  Proves("RO-141");
}

TEST_CASE("of init containers that run, those that have to end are told apart (RO-141)") {
  const std::string spec = R"({"initContainers":[{"name":"proxy","restartPolicy":"Always"},
{"name":"setup"},{"name":"next","restartPolicy":7}]})";
  const std::string status = R"({"initContainerStatuses":[
{"name":"proxy","ready":false,"state":{"running":{"startedAt":"2027-01-15T08:00:00Z"}}},
{"name":"setup","ready":false,"restartCount":2,"state":{"running":{}},
"lastState":{"terminated":{"exitCode":1,"reason":"Error"}}},
{"name":"next","ready":false,"state":{"waiting":{"reason":"PodInitializing"}},
"lastState":{"running":{}}}],
"containerStatuses":[{"name":"app","ready":false,"state":{"running":{}}}]})";
  const std::string meta = R"("metadata":{"name":"p"})";
  // The members of an object come in any order.
  const std::string pod = GENERATE(false, true)
                              ? R"({"spec":)" + spec + R"(,"status":)" + status + "," + meta + "}"
                              : "{" + meta + R"(,"status":)" + status + R"(,"spec":)" + spec + "}";
  CAPTURE(pod);
  const auto pods = Must(UnreadyPods(ListOf(pod)));
  REQUIRE(pods.size() == 1);
  CHECK(pods[0].containers == std::vector<UnreadyContainer>{
                                  {.name = "proxy"},
                                  {.name = "setup",
                                   .exit_code = 1,
                                   .exit_reason = "Error",
                                   .restarts = 2,
                                   .init_runs = true},
                                  {.name = "next", .waiting_reason = "PodInitializing"},
                                  {.name = "app"},
                              });
  Proves("RO-141");
}

TEST_CASE("what has another type than expected counts as absent") {
  const auto odd = Must(UnreadyPods(
      ListOf(R"(7,{"metadata":[],"status":"x"},{"metadata":{"name":1,"ownerReferences":{}},)"
             R"("status":{"conditions":{},"containerStatuses":[3,{"name":[],"restartCount":"many",)"
             R"("state":{"waiting":"no","terminated":{"exitCode":18446744073709551615}}}]}})")));
  REQUIRE(odd.size() == 3);
  CHECK(odd.at(0) == UnreadyPod{});
  CHECK(odd.at(2).containers == std::vector<UnreadyContainer>{{}, {}});
}

TEST_CASE("what is no list of Pods is an error") {
  CHECK(UnreadyPods(R"({"items":null})")->empty());
  for (const char* body : {"", "[]", "{}", R"({"items":7})", R"({"items":[})"}) {
    CAPTURE(body);
    REQUIRE_FALSE(UnreadyPods(body).ok());
    CHECK(UnreadyPods(body).error().kind == ErrorKind::kMalformed);
  }
}

}  // namespace
}  // namespace windlass::unready_pods_test
