/** What the README says in one sentence below its quick start: start it, ask it, and edit its file in every way. */
export const readmeTrial = `
\`\`\`sh stays-up
node main.mjs
\`\`\`
\`\`\`text
Reload r1 (boot): generation 1; + greeting; + http
\`\`\`
\`\`\`sh
curl localhost:8080
\`\`\`
\`\`\`text
Hello
\`\`\`
\`\`\`yaml
# config.yaml
http:
  port: 8080
greeting:
  text: Good morning
\`\`\`
\`\`\`text
Reload … (file): generation 2; greeting.text: "Hello" → "Good morning"
\`\`\`
\`\`\`yaml
# config.yaml
http:
  port: 8080
greeting:
  text: ''
\`\`\`
\`\`\`text
Reload … (file) refused: config.yaml:5:9: greeting.text: …
\`\`\`
\`\`\`yaml
# config.yaml
http:
  port: 8080
greeting:
  text: Hello!
\`\`\`
\`\`\`text
Reload … (file) refused: config.yaml:4:1: greeting: module greeting: no shouting
\`\`\`
\`\`\`yaml
# config.yaml
http:
  port: 8080
greeting: {
\`\`\`
\`\`\`text
Reload … (file) refused: config.yaml:…
\`\`\`
\`\`\`sh
curl localhost:8080
\`\`\`
\`\`\`text
Good morning
\`\`\`
\`\`\`yaml
# config.yaml
http:
  port: 9090
greeting:
  text: Good morning
\`\`\`
\`\`\`text
http.port waits for a restart: running 8080, configured 9090
\`\`\`
`
