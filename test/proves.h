// Reports which rules of the contract a test proves, while the test runs. So a table row that was
// not reached, or a test case that failed, proves nothing. tools/rules.sh makes docs/rules from the
// reports.
#pragma once

#include <string_view>

namespace windlass {

// Reports that the running test case proves every rule id in `text` ("X-70 scale up", "D-161
// D-164"), provided that the test case passes. Call it in the row of a table, after the row's last
// check, on the core thread.
//
// At the end of a run the program writes a line "rule<TAB>test case" for each rule into the file
// that $WINDLASS_PROVED names. ctest sets $WINDLASS_PROVED to build/<preset>/proved/<name of the
// test>. It is not set in a run by hand, so a run with a filter leaves the report alone.
void Proves(std::string_view text);

}  // namespace windlass
