// The reference implementation, which is the original's own code compiled to WebAssembly. Run after
// script/setup. Two uses:
//   node tests/tokenizer/reference.mjs > tests/golden/tokenizer/texts.jsonl
//     writes the golden texts and their tokens;
//   node tests/tokenizer/reference.mjs IN > OUT
//     reads texts, a JSON string a line, and writes {"o200k_base": [...], "cl100k_base": [...]} for each.
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../data/ranks/package.json", import.meta.url));
const { get_encoding } = require("tiktoken");

const texts = [
  "",
  "a",
  "Hello, world!",
  "hello world",
  "  two  spaces   three",
  "tabs\tand\nnew\n\nlines\r\n\r\n  indented\n    more  ",
  "I'm you're he'S WE'LL they'd I've can't 'tis rock'n'roll",
  "ſ'ſ it'ſ",
  "1 12 123 1234 12345 3.14159 1,000,000 2026-11-23 ½ ²³ ٣٤٥ ४५६",
  "camelCase PascalCase SCREAMING_SNAKE snake_case HTTPServer iPhone15ProMax ÀÉÎ ÀéÎ",
  "if (x != y) { return x->z[0] + \"str\\n\"; } // comment /* more */ #!/bin/sh",
  "https://example.com/path?query=1&b=%20#fragment",
  "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}",
  "Über die Brücke fährt der Zug. Größe, Straße, naïve façade.",
  "Съешь же ещё этих мягких французских булок, да выпей чаю.",
  "Η γρήγορη αλεπού πηδάει πάνω από το τεμπέλικο σκυλί.",
  "いろはにほへと ちりぬるを。東京特許許可局、カタカナ。",
  "我能吞下玻璃而不伤身体。繁體中文也可以。",
  "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다.",
  "نص حكيم له سر قاطع وذو شأن عظيم",
  "דג סקרן שט בים מאוכזב ולפתע מצא חברה",
  "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण",
  "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า",
  "Việt Nam tiếng Việt được viết bằng chữ Quốc ngữ",
  "😀 👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 🇩🇪 ☃︎",
  "𝕌𝕟𝕚𝕔𝕠𝕕𝕖 𐍈 𠜎",
  "e\u0301 combining a\u0308\u0323 \u200d \u00a0 \u2003 \u3000 \u0085 \u180e \ufeff end",
  "<|endoftext|> <|endofprompt|>",
  "=".repeat(200),
  "a".repeat(1000),
  "ab".repeat(700) + "c",
  " ".repeat(300) + "x" + "\n".repeat(100),
  "!?".repeat(400),
  "пример".repeat(100),
  "漢".repeat(300),
  "The quick brown fox jumps over the lazy dog. ".repeat(20),
  "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.",
  "\u0000\u0001\u007f",
  "don’t “quote” — dash… •",
  "x\u2028y\u2029z\u000bw\u000c",
  "foo/bar//baz/// a/b\n/c\r\n",
];

const names = ["o200k_base", "cl100k_base"];
const encodings = names.map((name) => [name, get_encoding(name)]);

function tokensOf(text) {
  // Special tokens are text like any other.
  return Object.fromEntries(encodings.map(([name, encoding]) => [name, Array.from(encoding.encode(text, [], []))]));
}

function writeAll(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

const rows = [];
if (process.argv.length > 2) {
  for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
    if (line !== "") rows.push(JSON.stringify(tokensOf(JSON.parse(line))));
  }
} else {
  for (const text of texts) rows.push(JSON.stringify({ text, ...tokensOf(text) }));
}
writeAll(rows.join("\n") + "\n");
