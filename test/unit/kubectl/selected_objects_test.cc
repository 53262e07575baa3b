// Which objects a command line is about: several names, a type and labels, or manifests; and that
// --dry-run changes none of them.
#include "test/support/folder.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::selected_objects_test {
namespace {

constexpr const ResourceId& kDeployments = resources::kDeployments;
constexpr const ResourceId& kRollouts = resources::kRollouts;

struct Fixture : KubectlRun {
  Fixture() {
    for (const char* name : {"web", "api"}) Create(kDeployments, Labelled(name));
    Json other = sim::SampleDeployment("other");
    other["metadata"]["labels"] = {{"team", "b"}};
    Create(kDeployments, other);
    Create(kRollouts, sim::SampleRollout("shop"));
  }
  static Json Labelled(const std::string& name) {
    Json object = sim::SampleDeployment(name);
    object["metadata"]["labels"] = {{"team", "a"}};
    return object;
  }
  bool IsPaused(const ResourceId& resource, const std::string& name) {
    return Stored(resource, name)["spec"].value("paused", false);
  }
};

std::string Manifest(const std::string& version, const std::string& kind, const std::string& name,
                     const std::string& more = "") {
  return "apiVersion: " + version + "\nkind: " + kind + "\nmetadata:\n  name: " + name + '\n' +
         more;
}

TEST_CASE_METHOD(Fixture, "-l selects the objects of a type that have the labels") {
  CHECK(Run("pause deployment -l team=a") ==
        Done("deployment.apps/api paused\ndeployment.apps/web paused\n"));
  CHECK_FALSE(IsPaused(kDeployments, "other"));
  CHECK(Run("get deployment -l team=b -o name").out == "deployment.apps/other\n");
}

TEST_CASE_METHOD(Fixture, "status and get take several names") {
  for (const char* name : {"web", "api"}) {
    Edit(kDeployments, name, "status", [](Json& object) { SetCounters(object, 1, 1, 1); });
  }
  CHECK(Run("status deployment web api").out ==
        "deployment \"web\" successfully rolled out\n"
        "deployment \"api\" successfully rolled out\n");
  const std::string table = Run("get deployment/web shop").out;
  CHECK(table.find("Deployment   web") != std::string::npos);
  CHECK(table.find("Rollout      shop") != std::string::npos);
  CHECK(table.find("other") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "An object that is named twice is acted on once") {
  CHECK(Run("pause deployment/web web").out == "deployment.apps/web paused\n");
}

TEST_CASE_METHOD(Fixture, "A kind without the command refuses it before anything is written") {
  const Ran ran = Run("abort rollout/shop deployment/web");
  CHECK(ran.code == ExitCode::kUsage);
  CHECK(writes.empty());
}

TEST_CASE_METHOD(Fixture, "A command that a kind does not have is refused, however it is named") {
  const Folder folder;
  for (const Kind& kind : Kinds()) {
    const std::string word(kind.words.front());
    const std::string file = folder.Write(
        "one.yaml", Manifest(kind.resource.GroupVersion(), std::string(kind.resource.kind), "web"));
    for (const char* command :
         {"status", "history", "undo", "pause", "resume", "restart", "promote", "abort", "retry"}) {
      if (ActOf(kind.resource, *CommandOf(command)) != nullptr) continue;
      for (const std::string& named : {word + "/web", word + " -l team=a", "-f " + file}) {
        CAPTURE(word, command, named);
        CHECK(Run(command + Words(named)).code == ExitCode::kUsage);
      }
    }
  }
  CHECK(writes.empty());
}

TEST_CASE_METHOD(Fixture,
                 "An object that does not exist does not stop the others, with or without type") {
  const std::string before = GENERATE("deployment/", "");
  CHECK(Run({"pause", before + "web", before + "nope", before + "api"}) ==
        Ends(ExitCode::kError, "…\"nope\"…",
             "deployment.apps/web paused\ndeployment.apps/api paused\n"));
}

TEST_CASE_METHOD(Fixture, "get of several objects names those that do not exist") {
  CHECK(Run("get deployment/web deployment/nope -o name") ==
        Ends(ExitCode::kError, "error: deployments.apps \"nope\" not found in namespace default\n",
             "deployment.apps/web\n"));
}

TEST_CASE_METHOD(Fixture, "-f names the objects of a file, and skips other kinds") {
  const Folder folder;
  const std::string file =
      folder.Write("app.yaml", Manifest("v1", "Service", "web") + "---\n" +
                                   Manifest("apps/v1", "Deployment", "web") + "---\n" +
                                   Manifest("windlass.dev/v1alpha1", "Rollout", "shop") + "---\n" +
                                   Manifest("argoproj.io/v1alpha1", "Rollout", "strange"));
  CHECK(Run("pause -f " + file).out ==
        "deployment.apps/web paused\nrollout.windlass.dev/shop paused\n");
  // A Deployment cannot be aborted, so this is about the Rollout alone.
  CHECK(Run("abort -f " + file).out == "rollout.windlass.dev/shop aborted\n");
}

TEST_CASE_METHOD(Fixture, "-f reads the manifests of a directory, and several files") {
  const Folder folder;
  folder.Write("b.yml", Manifest("apps/v1", "Deployment", "web"));
  folder.Write("a.json", R"({"apiVersion": "v1", "kind": "List", "items": [
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"}}]})");
  folder.Write("notes.txt", "# no manifest: [");
  CHECK(Run("pause -f " + folder.path()).out ==
        "deployment.apps/api paused\ndeployment.apps/web paused\n");
  CHECK(Run("resume -f " + folder.Path("b.yml") + " -f " + folder.Path("a.json")).out ==
        "deployment.apps/web resumed\ndeployment.apps/api resumed\n");
}

// For the pipeline that deploys to two namespaces: each of the two is awaited for itself.
TEST_CASE_METHOD(Fixture, "status tells objects of one name in two namespaces apart") {
  const Folder folder;
  for (const std::string in : {"shop", "default"}) {
    Create(resources::kDeployments, sim::SampleDeployment("far", 1, "app:" + in), in);
    const auto complete = [](Json& object) { SetCounters(object, 1, 1, 1); };
    REQUIRE(server.Update("setup", {resources::kDeployments, in, "far"}, "status", complete).ok());
    folder.Write(in + ".yaml",
                 Manifest("apps/v1", "Deployment", "far", "  namespace: " + in + '\n'));
  }
  CHECK(Run("status -f " + folder.path()) == DoneSaying(""));
}

TEST_CASE_METHOD(Fixture, "The namespace of a manifest wins, and must not contradict -n") {
  Create(kDeployments, sim::SampleDeployment("far"), "shop");
  const Folder folder;
  const std::string file =
      folder.Write("far.yaml", Manifest("apps/v1", "Deployment", "far", "  namespace: shop\n"));
  CHECK(Run("pause -f " + file).out == "deployment.apps/far paused\n");
  CHECK(Run("resume -n default -f " + file) ==
        Ends(ExitCode::kUsage, "error: the namespace of deployment/far in " + file +
                                   ", shop, is not default: give -n shop, or correct the file\n"));
}

TEST_CASE_METHOD(Fixture, "A file without such an object is refused") {
  const Folder folder;
  const std::string file = folder.Write("svc.yaml", Manifest("v1", "Service", "web"));
  CHECK(Run("promote -f " + file) ==
        Ends(ExitCode::kUsage, "error: there is no rollout in " + file +
                                   ": name the objects, or give another file\n"));
  const Folder empty;
  empty.Write("notes.txt", "");
  CHECK(Run("pause -f " + empty.path()) ==
        Ends(ExitCode::kUsage,
             "error: directory " + empty.path() + " has no *.json, *.yaml or *.yml file\n"));
}

TEST_CASE_METHOD(Fixture,
                 "A name or a namespace that cannot be one is refused, and the other not") {
  const Folder folder;
  const auto refused = [&](const std::string& name, const std::string& more) {
    const std::string file =
        folder.Write("app.yaml", Manifest("apps/v1", "Deployment", name, more));
    const Ran ran = Run("pause -f " + file);
    CHECK(ran.code == ExitCode::kUsage);
    return ran.messages.substr(ran.messages.find(file) + file.size());
  };
  CHECK(refused("we/b", "  namespace: shop\n") ==
        ": metadata.name \"we/b\" is not a valid name of a Deployment: correct it\n");
  CHECK(refused("web", "  namespace: sh/op\n") ==
        ": \"sh/op\" is not a valid namespace: correct metadata.namespace\n");
}

TEST_CASE_METHOD(Fixture, "A selector that names no label to have may match nothing, too") {
  CHECK(Run("pause deployment -l team,!team") ==
        Ends(ExitCode::kError,
             "error: no deployment in namespace default matches -l 'team,!team': kubectl get "
             "deployment -n default --show-labels lists each deployment with its labels\n"));
}

TEST_CASE_METHOD(Fixture, "--dry-run changes nothing, whatever the command") {
  struct Row {
    std::string command;
    std::string out;
  };
  const Row row = GENERATE(values<Row>({
      {"pause web", "deployment.apps/web paused"},
      {"restart web", "deployment.apps/web restarted"},
      {"pause shop", "rollout.windlass.dev/shop paused"},
      {"abort shop", "rollout.windlass.dev/shop aborted"},
  }));
  const std::string how = GENERATE("client", "server");
  CAPTURE(row.command, how);
  // The modelled API server has no dry run of a patch.
  int asked = 0;
  answering.answer = [&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.method != HttpMethod::kPatch) return std::nullopt;
    CHECK(request.target.find("dryRun=All") != std::string::npos);
    ++asked;
    return HttpResponse{200, "application/json", Stored(kDeployments, "web").dump(), {}};
  };
  const Json web = Stored(kDeployments, "web");
  const Json shop = Stored(kRollouts, "shop");
  CHECK(Run(row.command + " --dry-run=" + how).out == row.out + " (" + how + " dry run)\n");
  CHECK(Stored(kDeployments, "web") == web);
  CHECK(Stored(kRollouts, "shop") == shop);
  CHECK(asked == (how == "server" ? 1 : 0));
}

TEST_CASE("completion prints a script for each shell, and needs no cluster") {
  KubectlRun run;
  const std::string shell = GENERATE("bash", "zsh", "fish");
  CHECK(run.Run("completion " + shell) == Done("…exec kubectl-windlass __complete…"));
  CHECK(run.requests.empty());
}

}  // namespace
}  // namespace windlass::cli::selected_objects_test
