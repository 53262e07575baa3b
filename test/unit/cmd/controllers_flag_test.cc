// Which controllers --controllers enables, in kube-controller-manager's spelling.
#include "cmd/windlass/controllers_flag.h"

#include <string>

#include "test/catch.h"
#include "test/support/must.h"

namespace windlass::controllers_flag_test {
namespace {

const ControllerList kAll = {{"deployment", nullptr, "replaces the stock one"},
                             {"rollout", nullptr, "runs beside it"},
                             {"node", nullptr}};

std::string Chosen(const std::string& wanted, const ControllerList& all = kAll) {
  const Result<ControllerList> chosen = ChooseControllers(wanted, all);
  if (!chosen.ok()) return chosen.error().message;
  std::string names;
  for (const ControllerEntry& entry : *chosen) names += (names.empty() ? "" : " ") + entry.name;
  return names;
}

TEST_CASE("--controllers enables what it enables in kube-controller-manager") {
  struct Row {
    std::string wanted;
    std::string chosen;
  };
  const Row row = GENERATE(values<Row>({
      {"*", "deployment rollout node"},
      {"*,node", "deployment rollout node"},
      {"*,-rollout", "deployment node"},
      {"-rollout,*", "deployment node"},
      {"*,-deployment,node", "rollout node"},
      {"deployment,rollout", "deployment rollout"},
      {"node", "node"},
      {"deployment", "deployment"},
      {"deployment-controller", "deployment"},
      {"*,-deployment-controller", "rollout node"},
      {"rollout,deployment-controller", "deployment rollout"},  // in the program's order
      {"*,*", "deployment rollout node"},
      {"*,-node", "deployment rollout"},
      // The first item that names a controller counts, by whichever name.
      {"rollout,-rollout-controller", "rollout"},
      {"-rollout-controller,rollout,deployment", "deployment"},
      {"*,rollout,-rollout", "deployment rollout node"},
  }));
  CAPTURE(row.wanted);
  CHECK(Chosen(row.wanted) == row.chosen);
}

TEST_CASE("a controller that does not exist is refused, with flag, value and remedy") {
  struct Row {
    std::string wanted;
    std::string unknown;
  };
  const Row row = GENERATE(values<Row>({
      {"deploymnt", "deploymnt"},
      {"*,-deploymnt", "deploymnt"},
      {"*,-replicaset-controller", "replicaset-controller"},
      {"Deployment", "Deployment"},
      {"deployment, rollout", " rollout"},
      {"deployment-controller-controller", "deployment-controller-controller"},
      {"-controller", "controller"},
      {"--rollout", "-rollout"},
      {"-*", "*"},
      {"*,", ""},
      {",", ""},
      {"-", ""},
  }));
  const Error error = MustFail(ChooseControllers(row.wanted, kAll));
  CHECK(error.kind == ErrorKind::kConfig);
  CHECK(error.message ==
        "--controllers=" + row.wanted + ": there is no controller '" + row.unknown +
            "'; choose from deployment-controller, rollout-controller, node-controller, or write * "
            "for all");
}

TEST_CASE("a list that leaves no controller is refused, with flag, value and remedy") {
  const std::string wanted =
      GENERATE("-deployment", "-node", "*,-rollout,-deployment,-node-controller",
               "-deployment-controller,-rollout");
  CHECK(Chosen(wanted) == "--controllers=" + wanted +
                              " leaves no controller to run; name one of deployment-controller, "
                              "rollout-controller, node-controller without a - before it");
}

TEST_CASE("without a list nothing is chosen, and one line says what there is to choose") {
  const Error error = MustFail(ChooseControllers("", kAll));
  CHECK(error.kind == ErrorKind::kConfig);
  CHECK(error.message ==
        "--controllers is missing; choose what to run: deployment (replaces the stock one), "
        "rollout (runs beside it), node; separate several with commas, or write * for all");
}

TEST_CASE("the text of --help names every controller and says what it does") {
  CHECK(DescribeControllers({{"deployment", nullptr}}).ends_with("the controllers are deployment"));
  CHECK(DescribeControllers(kAll).ends_with(
      "the controllers are deployment (replaces the stock one), rollout (runs beside it), node"));
}

}  // namespace
}  // namespace windlass::controllers_flag_test
