#pragma once
// The tokenizer of HTML5 (Living Standard, 13.2.5), as far as a consumer without scripting needs it: start and end tags with
// attributes, text, comments, doctypes; raw text of script, style, textarea and title. Views point into the input.

namespace newscache::html {}
