// The proxy of the environment: kubectl's rules for HTTPS_PROXY and NO_PROXY.
#include "kubeclient/config/proxy_environment.h"

#include <map>

#include "test/catch.h"
#include "test/support/must.h"

namespace windlass::proxy_environment_test {
namespace {

Environment With(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST_CASE("NO_PROXY matches what it matches for kubectl") {
  struct Row {
    std::string no_proxy;
    std::string server;
    bool matches;
  };
  const Row row = GENERATE(values<Row>({
      {"", "https://api.example.com", false},
      {" , ,", "https://api.example.com", false},
      {"*", "https://api.example.com", true},
      {"other, * ", "https://10.0.0.1", true},
      {"example.com", "https://example.com", true},
      {"example.com", "https://api.example.com", true},
      {"example.com", "https://badexample.com", false},
      {"Example.COM", "https://API.example.com", true},
      {".example.com", "https://api.example.com", true},
      {".example.com", "https://example.com", false},
      {"*.example.com", "https://api.example.com", true},
      {"*.example.com", "https://example.com", false},
      {"api.example.com:6443", "https://api.example.com:6443", true},
      {"api.example.com:6443", "https://api.example.com", false},
      {"api.example.com:443", "https://api.example.com", true},
      {".example.com:6443", "https://api.example.com:6443", true},
      {"a.example, b.example", "https://b.example", true},
      {"10.0.0.1", "https://10.0.0.1:6443", true},
      {"10.0.0.1", "https://10.0.0.10:6443", false},
      {"10.0.0.1:6443", "https://10.0.0.1:6443", true},
      {"10.0.0.1:443", "https://10.0.0.1:6443", false},
      {"10.0.0.0/8", "https://10.200.0.1", true},
      {"10.0.0.0/8", "https://11.0.0.1", false},
      {"10.0.0.0/31", "https://10.0.0.1", true},
      {"10.0.0.0/31", "https://10.0.0.2", false},
      {"0.0.0.0/0", "https://10.0.0.1", true},
      {"0.0.0.0/0", "https://[fd00::1]", false},
      {"10.0.0.0/8", "https://10.example.com", false},
      {"10.0.0.0/33", "https://10.0.0.1", false},
      {"10.0.0.0/", "https://10.0.0.1", false},
      {"10.0.0.0/8x", "https://10.0.0.1", false},
      {"10.0.0", "https://10.0.0.1", false},
      {"fd00::1", "https://[fd00::1]:6443", true},
      {"fd00:0::1", "https://[fd00::1]:6443", true},
      {"[fd00::1]:6443", "https://[fd00::1]:6443", true},
      {"[fd00::1]:443", "https://[fd00::1]:6443", false},
      {"[fd00::1]", "https://[fd00::1]:6443", false},
      {"fd00::/8", "https://[fd12::1]", true},
      {"fd00::/8", "https://[fe80::1]", false},
      {"::/0", "https://[fd00::1]", true},
      {"::/0", "https://10.0.0.1", false},
      {"::ffff:10.0.0.1", "https://10.0.0.1", true},
      {":6443", "https://10.0.0.1:6443", false},
      {"https://api.example.com", "https://api.example.com", false},
  }));
  CAPTURE(row.no_proxy, row.server);
  CHECK(MatchesNoProxy(row.no_proxy, Must(ParseServerUrl(row.server))) == row.matches);
}

TEST_CASE("HTTPS_PROXY names the proxy of an https:// server that is not on this machine") {
  struct Row {
    std::string server;
    std::map<std::string, std::string> environment;
    std::string proxy;  // Text(), "" = none
    std::string origin;
    std::string without;
  };
  const std::string api = "https://api.example:6443";
  const Row row = GENERATE_COPY(values<Row>({
      {api, {}, "", "", ""},
      {api,
       {{"HTTPS_PROXY", "http://p:3128"}},
       "http://p:3128",
       "HTTPS_PROXY",
       "add api.example to NO_PROXY"},
      {api,
       {{"HTTPS_PROXY", ""}, {"https_proxy", "p:3128"}, {"no_proxy", "b.example"}},
       "http://p:3128",
       "https_proxy",
       "add api.example to no_proxy"},
      {api,
       {{"HTTPS_PROXY", "http://p"}, {"https_proxy", "http://q"}},
       "http://p:80",
       "HTTPS_PROXY",
       "add api.example to NO_PROXY"},
      {api, {{"HTTP_PROXY", "http://p"}, {"ALL_PROXY", "http://p"}}, "", "", ""},
      {api, {{"HTTPS_PROXY", "http://p"}, {"NO_PROXY", "example"}}, "", "", ""},
      {api, {{"HTTPS_PROXY", "http://p"}, {"no_proxy", "*"}}, "", "", ""},
      // What is exempt is not judged.
      {api, {{"HTTPS_PROXY", "socks5://p"}, {"NO_PROXY", "api.example"}}, "", "", ""},
      {"http://127.0.0.1:8001", {{"HTTPS_PROXY", "http://p"}}, "", "", ""},
      {"https://127.9.9.9:6443", {{"HTTPS_PROXY", "http://p"}}, "", "", ""},
      {"https://[::1]:6443", {{"HTTPS_PROXY", "http://p"}}, "", "", ""},
      {"https://[::ffff:127.0.0.1]:6443", {{"HTTPS_PROXY", "http://p"}}, "", "", ""},
      {"https://localhost:6443", {{"HTTPS_PROXY", "socks5://p"}}, "", "", ""},
      {"https://localhost.example",
       {{"HTTPS_PROXY", "http://p"}},
       "http://p:80",
       "HTTPS_PROXY",
       "add localhost.example to NO_PROXY"},
  }));
  CAPTURE(row.server, row.environment);
  const ProxyUrl proxy =
      Must(ProxyOfEnvironment(*ParseServerUrl(row.server), With(row.environment)));
  CHECK((proxy.host.empty() ? "" : proxy.Text()) == row.proxy);
  CHECK(proxy.origin == row.origin);
  CHECK(proxy.without == row.without);
  CHECK(ProxyVariable(*ParseServerUrl(row.server), With(row.environment)) == row.origin);
}

TEST_CASE("a proxy that is not supported is refused with the variable's name and the way around") {
  struct Row {
    std::string value;
    std::string what;
  };
  const Row row = GENERATE(values<Row>({
      {"socks5://jane:s3cr3t@p:1080", "socks5:// proxies are not supported"},
      {"socks5h://p:1080", "socks5h:// proxies are not supported"},
      {"https://p:3129", "https:// proxies are not supported"},
      {"http://jane:s3cr3t@p:x", "is not a proxy's address"},
      {"jane:s3cr3t%zz@p", "user and password cannot be read"},
  }));
  CAPTURE(row.value);
  const Result<ProxyUrl> proxy = ProxyOfEnvironment(*ParseServerUrl("https://api.example"),
                                                    With({{"https_proxy", row.value}}));
  REQUIRE_FALSE(proxy.ok());
  const std::string& message = proxy.error().message;
  CHECK(proxy.error().kind == ErrorKind::kConfig);
  CHECK(message.starts_with("https_proxy: "));
  CHECK(message.find(row.what) != message.npos);
  CHECK(message.ends_with(", or do without a proxy: add api.example to NO_PROXY"));
  CHECK(message.find("s3cr3t") == message.npos);
}

}  // namespace
}  // namespace windlass::proxy_environment_test
