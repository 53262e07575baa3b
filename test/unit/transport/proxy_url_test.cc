// ParseProxyUrl: good and bad addresses of proxies.
#include "kubeclient/transport/proxy_url.h"

#include "test/catch.h"
#include "test/support/must.h"

namespace windlass::proxy_url_test {
namespace {

TEST_CASE("proxy addresses as kubeconfig files have them") {
  struct Row {
    std::string text;
    std::string host;  // empty = an error
    int port;
    std::string user;
    std::string password;
  };
  const Row row = GENERATE(values<Row>({
      {"http://proxy:3128", "proxy", 3128, "", ""},
      {"http://proxy", "proxy", 80, "", ""},
      {"HTTP://proxy", "proxy", 80, "", ""},
      {"http://proxy:3128/", "proxy", 3128, "", ""},
      {"http://10.0.0.1:3128", "10.0.0.1", 3128, "", ""},
      {"http://[fd00::1]:3128", "fd00::1", 3128, "", ""},
      {"http://jane@proxy", "proxy", 80, "jane", ""},
      {"http://jane:s3cr3t@proxy", "proxy", 80, "jane", "s3cr3t"},
      {"http://a%40b:%3As%2F%25@proxy:1", "proxy", 1, "a@b", ":s/%"},
      {"", "", 0, "", ""},
      {"proxy:3128", "", 0, "", ""},
      {"socks5://proxy:1080", "", 0, "", ""},
      {"socks5h://jane:s3cr3t@proxy:1080", "", 0, "", ""},
      {"https://proxy:3128", "", 0, "", ""},
      {"s3cr3t!://proxy", "", 0, "", ""},
      {"http://", "", 0, "", ""},
      {"http://proxy:0", "", 0, "", ""},
      {"http://jane:s3cr3t%2@proxy", "", 0, "", ""},
      {"http://jane:s3cr3t%zz@proxy", "", 0, "", ""},
      {"http://:s3cr3t@proxy", "", 0, "", ""},
      {"http://jane:s3cr3t@", "", 0, "", ""},
      {"ftp://jane:s3cr3t@proxy", "", 0, "", ""},
  }));
  CAPTURE(row.text);
  const Result<ProxyUrl> url = ParseProxyUrl(row.text);
  REQUIRE(url.ok() == !row.host.empty());
  if (url.ok()) {
    CHECK(url->host == row.host);
    CHECK(url->port == row.port);
    CHECK(url->user == row.user);
    CHECK(url->password.Reveal() == row.password);
  } else {
    CHECK(url.error().kind == ErrorKind::kConfig);
    const std::string remedy = row.text.find('%') != std::string::npos ? "%XX" : "http://";
    if (row.text.find("//:") == std::string::npos) {
      CHECK(url.error().message.find(remedy) != std::string::npos);
    }
    CHECK(url.error().message.find("s3cr3t") == std::string::npos);
  }
}

TEST_CASE("a scheme that is not supported is named") {
  const std::string scheme = GENERATE(as<std::string>(), "socks5", "socks5h", "https", "SOCKS5");
  CAPTURE(scheme);
  const Error error = MustFail(ParseProxyUrl(scheme + "://proxy:1080"));
  const std::string shown = scheme == "SOCKS5" ? "socks5" : scheme;
  CHECK(error.message.starts_with(shown + ":// proxies are not supported"));
  CHECK(error.message.ends_with("give an HTTP proxy, http://HOST:PORT"));
}

TEST_CASE("a proxy is shown without its user") {
  CHECK(ParseProxyUrl("http://jane:s3cr3t@proxy:3128/")->Text() == "http://proxy:3128");
  CHECK(ParseProxyUrl("http://[fd00::1]")->Text() == "http://[fd00::1]:80");
}

}  // namespace
}  // namespace windlass::proxy_url_test
