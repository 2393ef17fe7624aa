import type { Extension } from './code.ts'

export const readmeFile = (name: string, extension: Extension) => `# ${name}

A small service whose configuration changes while it runs.

\`\`\`sh
npm install
npm start
\`\`\`

Ask it, change \`greeting\` in \`config.yaml\`, save, and ask again:

\`\`\`sh
curl http://127.0.0.1:8080
\`\`\`

A mistake in the file is reported with its place, and the running configuration stays. A change of \`port\` waits for a
restart, and is listed until then.

| file | what it is |
| --- | --- |
| \`config.yaml\` | the values |
| \`src/config.${extension}\` | what can be configured, and where the values come from |
| \`src/http.${extension}\` | a module: the part of the service that owns the section \`http\` |
| \`src/service.${extension}\` | everything the service is made of |
| \`src/main.${extension}\` | starts it |

\`\`\`sh
npx trimtab validate                        # every problem at once, before it is deployed
npx trimtab explain http.port               # who set it, and what the others said
npx trimtab plan --candidate new.yaml       # what a change would do
\`\`\`
`
