// How often a request is sent that does not reach the API server.
#include "kubeclient/transport/failure.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::connection_test {
namespace {

// Returns how often `arguments` asks, if every request fails in this way.
int Asks(const std::vector<std::string>& arguments, const Error& error) {
  KubectlRun run;
  const auto asked = std::make_shared<int>(0);
  run.answering.answer = [=](const HttpRequest&) {
    ++*asked;
    return error;
  };
  CHECK(run.Run(arguments).code == ExitCode::kError);
  return *asked;
}

TEST_CASE("A read that did not reach the API server is sent again, unless a proxy refuses it") {
  Error error{ErrorKind::kNotSent, "connection refused"};
  CHECK(Asks({"status", "deployment/web"}, error) == 2);
  error.http_status = kNoTunnel;
  CHECK(Asks({"status", "deployment/web"}, error) == 1);
}

}  // namespace
}  // namespace windlass::cli::connection_test
