// Which rules of the contract a test proves, told from where it runs: a row of a table that was not
// reached, or a case that failed, proves nothing. docs/contract-coverage.md is made of it.
#pragma once

#include <string_view>

namespace windlass {

// Every rule id in `text` ("X-70 scale up", "D-161 D-164") is proved by the running test case,
// provided that it passes. Call it in the row, after its last check, or before: only cases that
// pass count. Core thread of a test program.
void Proves(std::string_view text);

}  // namespace windlass
