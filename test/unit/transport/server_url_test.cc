// ParseServerUrl: good and bad addresses (BI-04).
#include "kubeclient/transport/server_url.h"

#include "test/catch.h"
#include "test/support/must.h"

namespace windlass::server_url_test {
namespace {

TEST_CASE("server addresses as kubeconfig files have them") {
  struct Row {
    std::string text;
    std::string want;  // the address as Text() writes it; empty = an error
    bool loopback;
  };
  const Row row = GENERATE(values<Row>({
      {"https://10.96.0.1", "https://10.96.0.1:443", false},
      {"https://10.96.0.1:6443/", "https://10.96.0.1:6443", false},
      {"https://api.example.com:6443", "https://api.example.com:6443", false},
      {"https://rancher/k8s/clusters/c-1/", "https://rancher:443/k8s/clusters/c-1", false},
      {"https://[fd00::1]:6443", "https://[fd00::1]:6443", false},
      {"https://[::1]", "https://[::1]:443", true},
      {"http://127.0.0.1:8001", "http://127.0.0.1:8001", true},
      {"http://127.3.4.5", "http://127.3.4.5:80", true},
      {"http://localhost:8001", "http://localhost:8001", true},
      {"http://127.0.0.1.example.com", "http://127.0.0.1.example.com:80", false},
      {"http://localhost.example.com", "http://localhost.example.com:80", false},
      {"", "", false},
      {"10.0.0.1:6443", "", false},
      {"HTTPS://host", "", false},
      {"ftp://host", "", false},
      {"https://", "", false},
      {"https://:6443", "", false},
      {"https://host:", "", false},
      {"https://host:0", "", false},
      {"https://host:65536", "", false},
      {"https://host:6443x", "", false},
      {"https://user:secret@host", "", false},
      {"https://fd00::1:6443", "", false},
      {"https://[fd00::1", "", false},
      {"https://[host]:1", "", false},
      {std::string("https://[::1\0.example]", 22), "", false},
      {"https://ho st", "", false},
      {"https://host/a b", "", false},
      {"https://host?x=1", "", false},
      {"https://host/p?x=1", "", false},
      {"https://host/p#f", "", false},
  }));
  CAPTURE(row.text);
  const Result<ServerUrl> url = ParseServerUrl(row.text);
  REQUIRE(url.ok() == !row.want.empty());
  if (!url.ok()) return;
  CHECK(url->Text() == row.want);
  CHECK(row.want.find("//" + url->Authority()) != std::string::npos);
  CHECK(url->IsLoopback() == row.loopback);
  CHECK(*ParseServerUrl(url->Text()) == *url);
}

TEST_CASE("a refusal shows the address, but no password in it") {
  CHECK(ParseServerUrl("10.0.0.1:6443").error().message.starts_with("\"10.0.0.1:6443\" "));
  const std::string text = GENERATE("https://jane:s3cr3t@host", "jane:s3cr3t@host:6443",
                                    "https://jane:s3cr3t@host/p?x=1", "https://host/p@s3cr3t?x=1");
  CAPTURE(text);
  const Error error = MustFail(ParseServerUrl(text));
  CHECK(error.message.find("s3cr3t") == std::string::npos);
  CHECK(error.message.find("user or password") != std::string::npos);
}

}  // namespace
}  // namespace windlass::server_url_test
