// Dry runs: which is due, what is sent, and what the answers mean.
#include "controller/rollout/dry_run.h"

#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/string_map.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::dry_run_test {
namespace {

using Json = nlohmann::json;

Error Answer(ErrorKind kind, int status, std::string message = "no") {
  Error error{kind, std::move(message)};
  error.http_status = status;
  return error;
}

// Returns "replicasets" or "pods"; empty if nothing is to be asked.
std::string Asked(const workload::Situation& situation, const TemplateChecks& checks) {
  const auto due = DueDryRun(situation, checks);
  if (!due) return "";
  REQUIRE(due->ok());
  CHECK((*due)->request.verb() == Verb::kDryRunCreate);
  CHECK((*due)->go_on_if_refused);
  return std::string((*due)->request.resource().plural);
}

constexpr const char* kAnswered =
    R"({"kind":"ReplicaSet","metadata":{"name":"web-dry-run"},"spec":{"replicas":0,"template":)"
    R"({"metadata":{"labels":{"app":"web","pod-template-hash":"7c9"}},)"
    R"("spec":{"containers":[{"name":"web","image":"web:v2",)"
    R"("imagePullPolicy":"IfNotPresent"}]}}}})";

struct DueRow {
  bool known;  // the template with its defaults
  DryRunVerdict replica_set;
  DryRunVerdict pod;
  std::string asked;
};

TEST_CASE("the ReplicaSet is asked about first, then the Pod, each once (RO-090, RO-091)") {
  using V = DryRunVerdict;
  const auto row = GENERATE(values<DueRow>({
      {false, V::kNotAsked, V::kNotAsked, "replicasets"},
      {false, V::kNoVerdict, V::kNotAsked, "pods"},
      {false, V::kNoVerdict, V::kNoVerdict, ""},
      {false, V::kNoVerdict, V::kAccepted, ""},
      {true, V::kAccepted, V::kNotAsked, "pods"},
      {true, V::kAccepted, V::kAccepted, ""},
      {true, V::kAccepted, V::kNoVerdict, ""},
      {true, V::kNotAsked, V::kNotAsked, "pods"},
      {false, V::kRefused, V::kNotAsked, ""},
      {true, V::kAccepted, V::kRefused, ""},
  }));
  Stepped f;
  f.AddOld(10);
  workload::Situation situation = f.Sit();
  situation.wanted.known = row.known;
  TemplateChecks checks;
  checks.replica_set.verdict = row.replica_set;
  checks.pod.verdict = row.pod;
  CHECK(Asked(situation, checks) == row.asked);
  Proves("RO-090 RO-091");
}

TEST_CASE("nothing is asked if no ReplicaSet is to be made (RO-090)") {
  Stepped f;
  f.AddOld(10);
  const TemplateChecks nothing;
  SECTION("there is one, as at rest and after a restart") { f.AddNew(0, 0); }
  SECTION("the Rollout is paused") { f.paused = true; }
  SECTION("Pods follow another revision") {
    f.follow_revision = 7;  // that no ReplicaSet has
  }
  SECTION("the strategy is refused") { f.strategy_error = "no"; }
  SECTION("the Rollout is being deleted") { f.meta.deletion_timestamp = kStart; }
  CHECK(Asked(f.Sit(), nothing).empty());
  Proves("RO-090");
}

TEST_CASE("a sync asks once, also if the answer was not kept (RO-090)") {
  Stepped f;
  f.AddOld(10);
  const TemplateChecks nothing;
  workload::Situation situation = f.Sit();
  situation.wanted.known = true;
  CHECK(Asked(situation, nothing) == "pods");
  f.learned.push_back(OutcomeOf(*DryRunPod(situation), Reply{}));
  CHECK(Asked(situation, nothing).empty());
  Proves("RO-090");
}

TEST_CASE("nothing is made if the defaults were told and not kept (RO-097)") {
  Stepped f;
  f.AddOld(10);
  workload::Situation situation = f.Sit();
  situation.wanted.known = false;
  CHECK(Asked(situation, {}) == "replicasets");
  Result<Reply> said = Reply{kAnswered};
  SECTION("told") {}
  SECTION("never told") { said = Answer(ErrorKind::kForbidden, 403); }
  f.learned.push_back(OutcomeOf(*DryRunReplicaSet(situation), said));
  workload::Situation after = f.Sit();
  after.wanted.known = false;
  const auto due = DueDryRun(after, {});
  REQUIRE(due.has_value());
  REQUIRE_FALSE(due->ok());
  CHECK(due->error().kind == ErrorKind::kConflict);
  Proves("RO-097");
}

TEST_CASE("a refusal counts in its sync, also if a clock was set back (RO-091)") {
  Stepped f;
  f.AddOld(10);
  const bool of_pod = GENERATE(true);
  const Result<Request> asked = of_pod ? DryRunPod(f.Sit()) : DryRunReplicaSet(f.Sit());
  REQUIRE(asked.ok());
  f.learned.push_back(OutcomeOf(*asked, Answer(ErrorKind::kInvalid, 422, "no image")));
  workload::Situation situation = f.Sit();
  situation.wanted.known = of_pod;
  const auto due = DueDryRun(situation, {});
  REQUIRE(due.has_value());
  REQUIRE_FALSE(due->ok());
  CHECK(due->error().message == "no image");
  Proves("RO-091");
}

TEST_CASE("the ReplicaSet that is asked about has no Pods and all else of the real one (RO-090)") {
  Stepped f;
  f.AddOld(10);
  const Result<Request> request = DryRunReplicaSet(f.Sit());
  REQUIRE(request.ok());
  CHECK(request->resource() == resources::kReplicaSets);
  CHECK(request->key() == ObjectKey{"shop", "web-dry-run"});
  const Json body = Json::parse(request->body());
  CHECK(body["kind"] == "ReplicaSet");
  CHECK(body["metadata"]["name"] == "web-dry-run");
  CHECK(body["metadata"]["namespace"] == "shop");
  CHECK(body["metadata"]["ownerReferences"][0]["uid"] == f.meta.uid.ToString());
  CHECK(body["metadata"]["ownerReferences"][0]["kind"] == "Rollout");
  CHECK(body["spec"]["replicas"] == 0);
  CHECK(body["spec"]["selector"]["matchLabels"]["app"] == "web");
  CHECK(body["spec"]["template"]["spec"] == Json::parse(f.template_json)["spec"]);
  CHECK(body["spec"]["template"]["metadata"]["labels"].contains("pod-template-hash"));
  Proves("RO-090");
}

// Whom this serves: who would be told that spec.template is wrong, of a ReplicaSet nobody has seen.
TEST_CASE("nothing is asked about a ReplicaSet that cannot be made (RO-090, D-175)") {
  Stepped f;
  f.AddOld(10);
  f.selector.match_labels.Set("pod-template-hash", "of-a-pod");
  f.checks = {};
  CHECK(f.NextAs<Write>().request.subresource() == "status");
  const Condition* told = FindCondition(f.kind.written->conditions, "Progressing");
  REQUIRE(told != nullptr);
  CHECK(told->reason == "ReplicaSetCreateError");
  CHECK(told->message.find("spec.selector does not match") != std::string::npos);
  Proves("RO-090");
}

// Whom this serves: who lost Pods while the template cannot be rolled out, or even asked about.
TEST_CASE("Pods come back while the ReplicaSet cannot be made (RO-120)") {
  Stepped f;
  f.AddOld(4);
  f.updated_max = 1;
  f.KeepStable(1);
  f.selector.match_labels.Set("pod-template-hash", "web-1");
  f.checks = {};
  const Request request = f.NextAs<Write>().request;
  CHECK(request.resource() == resources::kReplicaSets);
  CHECK(Json::parse(request.body())["spec"]["replicas"] == 10);
  Proves("RO-120");
}

TEST_CASE("the Pod that is asked about is one of the template (RO-091)") {
  Stepped f;
  f.AddOld(10);
  const Result<Request> request = DryRunPod(f.Sit());
  REQUIRE(request.ok());
  CHECK(request->resource() == resources::kPods);
  CHECK(request->key() == ObjectKey{"shop", "web-dry-run"});
  const Json body = Json::parse(request->body());
  CHECK(body["apiVersion"] == "v1");
  CHECK(body["kind"] == "Pod");
  CHECK(body["metadata"]["name"] == "web-dry-run");
  CHECK(body["metadata"]["namespace"] == "shop");
  CHECK(body["metadata"]["annotations"]["team"] == "shop");
  CHECK(body["metadata"]["labels"]["app"] == "web");
  CHECK(body["metadata"]["labels"].contains("pod-template-hash"));
  CHECK_FALSE(body["metadata"].contains("ownerReferences"));
  CHECK(body["spec"] == Json::parse(f.template_json)["spec"]);
  Proves("RO-091");
}

TEST_CASE("the name of a dry run fits, whatever the Rollout's name is (RO-090)") {
  Stepped f;
  f.meta.name = std::string(253, 'w');
  const Result<Request> request = DryRunPod(f.Sit());
  REQUIRE(request.ok());
  CHECK(request->key().name == std::string(245, 'w') + "-dry-run");
  Proves("RO-090");
}

TEST_CASE("a template that is no object cannot be asked about (RO-091)") {
  Stepped f;
  f.AddOld(10);
  f.template_json = "[]";
  const auto due = DueDryRun(f.Sit(), {});
  REQUIRE(due.has_value());
  REQUIRE_FALSE(due->ok());
  CHECK(due->error().kind == ErrorKind::kMalformed);
  Proves("RO-091");
}

struct VerdictRow {
  ErrorKind kind;
  int status;
  std::string message;
  bool refuses;
  ErrorDetail detail = ErrorDetail::kNone;
};

TEST_CASE("only 400 and 422 judge a template (RO-092)") {
  const auto row = GENERATE(values<VerdictRow>({
      {ErrorKind::kInvalid, 422, "Pod \"web-dry-run\" is invalid: spec.containers[0].image", true},
      {ErrorKind::kInvalid, 400, "Pod in version \"v1\" cannot be handled as a Pod", true},
      {ErrorKind::kInvalid, 400, "admission webhook \"a.b\" does not support dry run", false,
       ErrorDetail::kNoDryRun},
      {ErrorKind::kInvalid, 413, "too large", false},
      {ErrorKind::kInvalid, 415, "unsupported media type", false},
      {ErrorKind::kInvalid, 0, "no answer of a server", false},
      // Denied by an admission webhook or policy, which chose the code.
      {ErrorKind::kForbidden, 400, "admission webhook \"a.b\" denied the request: no", false},
      {ErrorKind::kForbidden, 422, "pods \"web\" is forbidden: ValidatingAdmissionPolicy 'p'",
       false},
      {ErrorKind::kForbidden, 403, "pods is forbidden", false},
      {ErrorKind::kQuotaExceeded, 403, "exceeded quota", false},
      {ErrorKind::kAlreadyExists, 409, "pods \"web-dry-run\" already exists", false},
      {ErrorKind::kThrottled, 429, "slow down", false},
      {ErrorKind::kServer, 500, "internal error", false},
      {ErrorKind::kServer, 503, "unavailable", false},
      {ErrorKind::kWebhook, 500, "failed calling webhook", false},
  }));
  CAPTURE(row.message);
  Error error = Answer(row.kind, row.status, row.message);
  error.detail = row.detail;
  const DryRunVerdict verdict = row.refuses ? DryRunVerdict::kRefused : DryRunVerdict::kNoVerdict;
  CHECK(JudgePod(error).verdict == verdict);
  CHECK(JudgePod(error).message == row.message);
  CHECK_FALSE(JudgeReplicaSet(error).defaulted);
  if (row.refuses) CHECK(JudgeReplicaSet(error).verdict == verdict);
  Proves("RO-092");
}

TEST_CASE("an accepted ReplicaSet tells the template with its defaults (RO-090)") {
  const DryRunAnswer answer = JudgeReplicaSet(Reply{kAnswered});
  CHECK(answer.verdict == DryRunVerdict::kAccepted);
  REQUIRE(answer.defaulted);
  const Json defaulted = Json::parse(answer.defaulted->json);
  CHECK(defaulted == Json::parse(kAnswered)["spec"]["template"]);
  // The hash label is no part of what is compared.
  const Result<std::string> canonical = CanonicalTemplate(
      R"({"spec":{"containers":[{"image":"web:v2","imagePullPolicy":"IfNotPresent",)"
      R"("name":"web"}]},"metadata":{"labels":{"app":"web"}}})");
  REQUIRE(canonical.ok());
  CHECK(answer.defaulted->fingerprint == FingerprintOf(*canonical));
  Proves("RO-090");
}

struct ToldRow {
  ErrorKind kind;
  int status;
  std::string message;
  DryRunVerdict verdict;
  ErrorDetail detail = ErrorDetail::kNone;
};

TEST_CASE("only a server that never tells the defaults is not asked again (RO-097)") {
  using V = DryRunVerdict;
  const auto row = GENERATE(values<ToldRow>({
      {ErrorKind::kInvalid, 400, "webhook \"a.b\" does not support dry run", V::kNoVerdict,
       ErrorDetail::kNoDryRun},
      {ErrorKind::kForbidden, 403, "replicasets is forbidden", V::kForbidden},
      {ErrorKind::kForbidden, 422, "denied by a policy", V::kForbidden},
      {ErrorKind::kForbidden, 429, "a webhook denied it for now", V::kNotTold},
      {ErrorKind::kForbidden, 503, "a webhook denied it for now", V::kNotTold},
      {ErrorKind::kQuotaExceeded, 403, "exceeded quota", V::kForbidden},
      {ErrorKind::kInvalid, 422, "spec.template: Invalid value", V::kRefused},
      {ErrorKind::kInvalid, 413, "too large", V::kNotTold},
      {ErrorKind::kThrottled, 429, "slow down", V::kNotTold},
      {ErrorKind::kServer, 500, "internal error", V::kNotTold},
      {ErrorKind::kServer, 503, "unavailable", V::kNotTold},
      {ErrorKind::kWebhook, 500, "failed calling webhook", V::kNotTold},
      {ErrorKind::kNotFound, 404, "namespace not found", V::kNotTold},
      {ErrorKind::kAlreadyExists, 409, "web-dry-run already exists", V::kNotTold},
  }));
  CAPTURE(row.message);
  Error error = Answer(row.kind, row.status, row.message);
  error.detail = row.detail;
  CHECK(JudgeReplicaSet(error).verdict == row.verdict);

  Stepped f;
  f.AddOld(10);
  TemplateDefaults memory;
  const Workload workload = f.AsWorkload();
  const Result<Request> request = DryRunReplicaSet(f.Sit());
  REQUIRE(request.ok());
  const auto note = NoteAnswerIn(memory, workload, *request, kStart);
  REQUIRE(note);
  note(OutcomeOf(*request, error));
  const V kept = memory.Find(TemplateDefaults::SubjectOf(workload), kStart).replica_set.verdict;
  CHECK(kept == (row.verdict == V::kNotTold ? V::kNotAsked : row.verdict));
  const auto from =
      memory.Find(TemplateDefaults::SubjectOf(workload), kStart).defaults_overdue_from;
  CHECK(from.has_value() == (row.verdict == V::kNotTold));
  Proves("RO-097 RO-122");
}

// For the user: the Pods serve until the API server allows those that replace them.
TEST_CASE("with Recreate no Pod is removed for a ReplicaSet that is forbidden (RO-097)") {
  const auto error = GENERATE(as<Error>(), Answer(ErrorKind::kForbidden, 403, "denied by a policy"),
                              Answer(ErrorKind::kQuotaExceeded, 403, "exceeded quota"));
  Stepped f;
  f.strategy = Strategy::kRecreate;
  f.AddOld(0);
  TemplateDefaults memory;
  const Workload workload = f.AsWorkload();
  const Result<Request> request = DryRunReplicaSet(f.Sit());
  REQUIRE(request.ok());
  NoteAnswerIn(memory, workload, *request, kStart)(OutcomeOf(*request, error));
  const TemplateChecks checks = memory.Find(TemplateDefaults::SubjectOf(workload), kStart);
  CHECK(checks.replica_set.verdict == DryRunVerdict::kForbidden);
  const auto sit = [&] {
    workload::Situation situation = f.Sit();
    situation.wanted.known = false;
    return situation;
  };
  // Without Pods there is nothing to lose.
  CHECK_FALSE(IsUntold(sit(), checks));
  // Pods that a user brings back, or that are adopted, are kept, also in the generation of the
  // answer.
  f.replica_sets[0].replicas = 10;
  CHECK(IsUntold(sit(), checks));
  CHECK(Asked(sit(), checks) == "replicasets");
  f.learned.push_back(OutcomeOf(*request, error));
  const auto due = DueDryRun(sit(), checks);
  REQUIRE(due.has_value());
  REQUIRE_FALSE(due->ok());
  CHECK(due->error().message == error.message);
  f.strategy = Strategy::kRollingUpdate;
  CHECK_FALSE(IsUntold(sit(), checks));
  Proves("RO-097");
}

TEST_CASE("an answer that cannot be understood does not tell the defaults (RO-097)") {
  const Reply odd{R"({"kind":"ReplicaSet"})"};
  const DryRunAnswer answer = JudgeReplicaSet(odd);
  CHECK(answer.verdict == DryRunVerdict::kNotTold);
  CHECK_FALSE(answer.message.empty());
  CHECK_FALSE(answer.defaulted);

  Stepped f;
  f.AddOld(10);
  f.learned.push_back(OutcomeOf(*DryRunReplicaSet(f.Sit()), odd));
  workload::Situation situation = f.Sit();
  situation.wanted.known = false;
  const auto due = DueDryRun(situation, {});
  REQUIRE(due.has_value());
  REQUIRE_FALSE(due->ok());
  CHECK(due->error().kind == ErrorKind::kServer);
  CHECK(due->error().http_status == 200);  // so that the status does not say that none came
  Proves("RO-097");
}

TEST_CASE("a name that a ReplicaSet has already keeps no defaults from being told (RO-097)") {
  Stepped f;
  f.AddOld(10);
  for (const std::string name : {"web-dry-run", "web-dry-run-2", "web-dry-run-3"}) {
    workload::Situation situation = f.Sit();
    situation.wanted.known = false;
    const auto due = DueDryRun(situation, {});
    REQUIRE(due.has_value());
    REQUIRE(due->ok());
    CHECK((*due)->request.key().name == name);
    f.learned.push_back(
        OutcomeOf((*due)->request, Answer(ErrorKind::kAlreadyExists, 409, "already exists")));
  }
  workload::Situation situation = f.Sit();
  situation.wanted.known = false;
  const auto due = DueDryRun(situation, {});
  REQUIRE(due.has_value());
  REQUIRE_FALSE(due->ok());
  CHECK(due->error().kind == ErrorKind::kAlreadyExists);
  Proves("RO-097");
}

TEST_CASE("the answers are noted before the next step is planned (RO-090)") {
  Stepped f;
  f.AddOld(10);
  TemplateDefaults memory;
  const Workload workload = f.AsWorkload();
  const TemplateDefaults::Subject subject = TemplateDefaults::SubjectOf(workload);
  const Result<Request> replica_set = DryRunReplicaSet(f.Sit());
  const Result<Request> pod = DryRunPod(f.Sit());
  REQUIRE(replica_set.ok());
  REQUIRE(pod.ok());

  const auto first = NoteAnswerIn(memory, workload, *replica_set, kStart);
  REQUIRE(first);
  first(OutcomeOf(*replica_set, Reply{kAnswered}));
  CHECK(memory.Find(subject, kStart).defaulted != nullptr);
  CHECK(memory.Find(subject, kStart).pod.verdict == DryRunVerdict::kNotAsked);

  const auto second = NoteAnswerIn(memory, workload, *pod, kStart);
  REQUIRE(second);
  second(OutcomeOf(*pod, Answer(ErrorKind::kInvalid, 422, "no image")));
  const TemplateChecks checks = memory.Find(subject, kStart);
  CHECK(checks.defaulted != nullptr);
  REQUIRE(checks.Refusal() != nullptr);
  CHECK(checks.Refusal()->message == "no image");

  const Request list = workload::ListOfPods(workload);
  CHECK_FALSE(NoteAnswerIn(memory, workload, list, kStart));
  Proves("RO-090");
}

}  // namespace
}  // namespace windlass::rollout::dry_run_test
