// The API server's address: an address that was read and written is read as the same address.
#include <string>

#include "kubeclient/base/assert.h"
#include "kubeclient/transport/server_url.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  const Result<ServerUrl> url = ParseServerUrl(text);
  if (!url.ok()) {
    WL_ASSERT(url.error().kind == ErrorKind::kConfig);
    return;
  }
  WL_ASSERT(!url->host.empty() && url->port != 0 && !url->path.ends_with('/'));
  const Result<ServerUrl> again = ParseServerUrl(url->Text());
  WL_ASSERT(again.ok());
  WL_ASSERT(*again == *url);
  WL_ASSERT(url->Text().find_first_of(" \r\n") == std::string::npos);
}

const Target kTarget("server_url", &Check);

}  // namespace
}  // namespace windlass::fuzz
