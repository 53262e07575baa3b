// version: prints the versions of this program, of the API server, and of the
// CustomResourceDefinitions.
#include <nlohmann/json.hpp>
#include <optional>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/installed_crd.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/table.h"
#include "windlass_version.h"

namespace windlass::cli {
namespace {

// What is known of a CustomResourceDefinition.
struct Found {
  std::optional<int64_t> revision{};  // nullopt: not installed, or not known
  std::string text{};
};

Found Look(const CommandContext& context, const kind::NeededCrd& crd) {
  const Result<int64_t> revision = InstalledRevision(context.session, crd);
  if (!revision.ok()) {
    if (revision.error().kind == ErrorKind::kNotFound) {
      return {std::nullopt, "not installed: install it with " + kind::ApplyCommand(crd.resource)};
    }
    return {std::nullopt, revision.error().message};
  }
  std::string text = "revision " + std::to_string(*revision);
  if (*revision < crd.revision) {
    text += ", older than this program needs: update it with " + kind::ApplyCommand(crd.resource);
  }
  return {*revision, text};
}

}  // namespace

ExitCode RunVersion(const CommandContext& context) {
  if (context.line.output == OutputFormat::kName) {
    return Usage(context,
                 "version does not have -o name: write -o json or -o yaml, or leave out -o");
  }
  const Result<std::string> answer = context.session.GetText("/version");
  std::string server;
  ExitCode code = ExitCode::kDone;
  if (answer.ok()) {
    server = TextOf(Json::parse(*answer, nullptr, false), "/gitVersion", "not known");
  } else {
    code = Report(
        context.session, context.console,
        Explained(answer.error(), {Verb::kGet, {}, "", ""}, context.session.options().server));
  }
  Json crds = Json::object();
  std::vector<TableRow> rows;
  rows.push_back({{"Client:", WINDLASS_VERSION}});
  if (answer.ok()) rows.push_back({{"Server:", server}});
  for (const kind::NeededCrd* crd : NeededCrds()) {
    if (!answer.ok()) break;
    const Found found = Look(context, *crd);
    rows.push_back({{"CRD " + NameOf(*crd) + ':', found.text}});
    crds[NameOf(*crd)] = found.revision ? Json(*found.revision) : Json();
  }
  // If a CRD could not be read, the table says why; the exit code does not change.
  if (context.session.interrupted()) code = ExitCode::kInterrupted;
  if (context.session.timed_out()) code = ExitCode::kTimeout;
  if (context.line.output == OutputFormat::kText) {
    for (const std::string& line : TableLines(rows)) context.console.Line(line);
    return code;
  }
  const Json value = {{"client", WINDLASS_VERSION},
                      {"server", answer.ok() ? Json(server) : Json()},
                      {"crds", std::move(crds)}};
  context.console.out(PrintValue(value, context.line.output));
  return code;
}

}  // namespace windlass::cli
